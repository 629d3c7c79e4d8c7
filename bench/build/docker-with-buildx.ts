import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../../tests/engine/engine-paths.ts'
import { unpackPackages } from '../../tests/engine/private-packages.ts'

/** The newest that Debian has: `docker build` hands over to it whenever it is there. */
const buildxPackage = { debianSuite: 'sid', packages: ['docker-buildx'], withDependencies: false }

/** Makes a configuration folder (DOCKER_CONFIG) in which docker finds buildx. */
export async function makeDockerConfig(folder: string): Promise<void> {
  const unpacked = await unpackPackages(buildxPackage, cacheFolder(process.env), console.error)
  await mkdir(join(folder, 'cli-plugins'), { recursive: true })
  const program = join(unpacked, 'usr/libexec/docker/cli-plugins/docker-buildx')
  await symlink(program, join(folder, 'cli-plugins', 'docker-buildx'))
}
