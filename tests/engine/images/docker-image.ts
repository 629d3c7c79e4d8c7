import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DOCKER_VERSION } from '../../../src/image/docker-mode.ts'
import type { BaseImage } from '../base-images.ts'
import { buildFolder } from './import-image.ts'

/** A suite with a buildx that knows `default-load`, and an engine of the version that runs copy. */
const debianSuite = 'sid'
const plugin = 'usr/local/libexec/docker/cli-plugins/docker-buildx'

/** Where the original has its programs, and where Debian has them. */
const programs = {
  docker: 'usr/bin/docker',
  dockerd: 'usr/sbin/dockerd',
  containerd: 'usr/bin/containerd',
  'containerd-shim-runc-v2': 'usr/bin/containerd-shim-runc-v2',
  ctr: 'usr/bin/ctr',
  'docker-proxy': 'usr/sbin/docker-proxy',
} as const

const dockerfile = 'FROM debian:bookworm-slim\nCOPY root/ /\nCMD ["sh"]\n'

/**
 * docker:<version>-dind and -cli with Debian's programs in the places of the original's. What copies them needs no
 * library that debian:bookworm-slim lacks; runc is of this machine's generation, because a newer one needs a newer libc.
 */
export const dockerImage: BaseImage = {
  references: [`docker:${DOCKER_VERSION}-dind`, `docker:${DOCKER_VERSION}-cli`],
  base: 'debian:bookworm-slim',
  recipe: `${debianSuite} 1\n${dockerfile}`,
  async build({ folder, tools, unpack, options }) {
    const engine = await unpack({
      debianSuite,
      packages: ['docker.io', 'docker-cli', 'containerd'],
      withDependencies: false,
    })
    const buildx = await unpack({
      debianSuite,
      packages: ['docker-buildx'],
      withDependencies: false,
    })
    const bin = join(folder, 'root/usr/local/bin')
    await mkdir(bin, { recursive: true })
    for (const [name, path] of Object.entries(programs))
      await copyFile(join(engine, path), join(bin, name))
    await copyFile(tools.runc, join(bin, 'runc'))
    await copyFile(tools.init, join(bin, 'docker-init'))
    for (const name of ['runc', 'docker-init']) await chmod(join(bin, name), 0o755)
    await mkdir(join(folder, 'root', plugin, '..'), { recursive: true })
    await copyFile(
      join(buildx, 'usr/libexec/docker/cli-plugins/docker-buildx'),
      join(folder, 'root', plugin),
    )
    await writeFile(join(folder, 'Dockerfile'), dockerfile)
    await buildFolder(folder, `docker:${DOCKER_VERSION}-dind`, options)
  },
}
