import { chmod, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { arch } from 'node:process'
import { join } from 'node:path'
import type { BaseImage } from '../base-images.ts'
import { run } from '../run-command.ts'
import { buildFolder } from './import-image.ts'

const dockerfile = `FROM debian:bookworm-slim
ENV NODE_VERSION=22 NODE_EXTRA_CA_CERTS=/usr/local/share/extra-ca.pem
COPY root/ /
RUN groupadd --gid 1000 node \\
 && useradd --uid 1000 --gid node --shell /bin/bash --create-home node \\
 && node --version && npm --version
CMD ["node"]
`

/** Node.js 22 from the npm packages node-linux-<arch> and npm. It stands in for the newer tags too. */
export const nodeImage: BaseImage = {
  references: [
    'node:22-slim',
    'node:22-bookworm-slim',
    'node:24-slim',
    'node:lts-slim',
    'node:slim',
  ],
  base: 'debian:bookworm-slim',
  recipe: `npm packages 1\n${dockerfile}`,
  async build({ folder, options }) {
    const root = join(folder, 'root')
    const local = join(root, 'usr/local')
    const modules = join(local, 'lib/node_modules')
    await mkdir(join(local, 'bin'), { recursive: true })
    await mkdir(modules, { recursive: true })
    await unpack(`node-linux-${arch}@22`, folder)
    await rename(join(folder, 'package/bin/node'), join(local, 'bin/node'))
    await rm(join(folder, 'package'), { recursive: true })
    await unpack('npm@10', folder)
    await rename(join(folder, 'package'), join(modules, 'npm'))
    for (const command of ['npm', 'npx']) {
      const program = `../lib/node_modules/npm/bin/${command}-cli.js`
      await chmod(join(local, 'bin', program), 0o755)
      await symlink(program, join(local, 'bin', command))
    }
    await symlink('node', join(local, 'bin/nodejs'))
    await writeFile(join(folder, 'Dockerfile'), dockerfile)
    await writeFile(join(folder, '.dockerignore'), '*\n!root\n')
    await buildFolder(folder, 'node:22-slim', options)
  },
}

/** Fetches an npm package and unpacks it to `<folder>/package`. */
async function unpack(specifier: string, folder: string): Promise<void> {
  await run(['npm', 'pack', '--silent', specifier], { cwd: folder, limitMs: 3 * 60_000 })
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'))
  if (archive === undefined) throw new Error(`npm pack ${specifier} left no archive in ${folder}`)
  await run(['tar', '-xzf', archive, '--no-same-owner'], { cwd: folder })
  await rm(join(folder, archive))
}
