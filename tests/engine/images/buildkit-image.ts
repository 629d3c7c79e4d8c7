import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BUILDKIT_IMAGE } from '../../../src/run/buildkit-sidecar.ts'
import { buildkitPrograms, hasBuildkit } from '../buildkit-programs.ts'
import { goProgram } from '../go-programs.ts'
import { cacheFolder } from '../engine-paths.ts'
import { stepLog } from '../step-log.ts'
import type { BaseImage } from '../base-images.ts'
import { run } from '../run-command.ts'
import { importFolder } from './import-image.ts'

/** moby/buildkit: busybox, BuildKit's own programs made from its Go module, and Debian's runc with its libraries. */
export const buildkitImage: BaseImage = {
  references: [BUILDKIT_IMAGE],
  recipe: 'busybox-static, buildkit, runc 1',
  isPossible: async (env) => hasBuildkit(env) || goProgram() !== undefined,
  async build({ folder, tools, options }) {
    const built = await buildkitPrograms(cacheFolder(process.env), stepLog('buildkit'))
    if (built === undefined) throw new Error('BuildKit could not be built')
    for (const made of ['bin', 'etc/ssl/certs', 'root', 'tmp', 'usr/bin', 'var/lib', 'run'])
      await mkdir(join(folder, made), { recursive: true })
    await chmod(join(folder, 'tmp'), 0o1777)
    await copyFile(tools.busybox, join(folder, 'bin/busybox'))
    const applets = (await run([tools.busybox, '--list'])).trim().split('\n')
    for (const applet of applets.filter((name) => name !== 'busybox'))
      await symlink('busybox', join(folder, 'bin', applet))
    for (const program of ['buildkitd', 'buildctl'])
      await copyFile(join(built, program), join(folder, 'usr/bin', program))
    await copyWithLibraries(tools.runc, join(folder, 'usr/bin/buildkit-runc'), folder)
    const certificates = '/etc/ssl/certs/ca-certificates.crt'
    if (existsSync(certificates)) await copyFile(certificates, join(folder, certificates))
    await writeFile(join(folder, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
    await writeFile(join(folder, 'etc/group'), 'root:x:0:\n')
    const changes = ['ENTRYPOINT ["buildkitd"]', 'VOLUME /var/lib/buildkit']
    await importFolder(folder, BUILDKIT_IMAGE, changes, options)
  },
}

/** The libraries keep their paths, since the loader looks for them there. */
async function copyWithLibraries(program: string, target: string, root: string): Promise<void> {
  await copyFile(program, target)
  await chmod(target, 0o755)
  const libraries = (await run(['ldd', program])).match(/\/\S+/g) ?? []
  for (const library of libraries) {
    await mkdir(join(root, dirname(library)), { recursive: true })
    await copyFile(library, join(root, library))
  }
}
