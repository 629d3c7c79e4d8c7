import { join } from 'node:path'
import { cacheFolder } from './engine-paths.ts'
import { buildGoPrograms, type GoPrograms, hasGoPrograms } from './go-programs.ts'

const version = 'v0.34.2'

function programsIn(folder: string): GoPrograms {
  return {
    title: 'buildkitd',
    module: 'github.com/moby/buildkit',
    version,
    packages: ['./cmd/buildkitd', './cmd/buildctl'],
    folder,
  }
}

/** The folder of the cache that holds buildkitd and buildctl. */
export function buildkitFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(cacheFolder(env), `buildkit-${version}`)
}

/**
 * The folder of a current buildkitd and buildctl, built from their Go module into the cache folder (two minutes, once).
 * Undefined, with a line in the log, where there is no Go or the build fails: the tests that need them say so then.
 */
export async function buildkitPrograms(
  cacheDir: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  const folder = buildkitFolder({ AGENT_TEST_CACHE: cacheDir })
  const isBuilt = await buildGoPrograms(programsIn(folder), { cacheDir, lock: 'buildkit', log })
  return isBuilt ? folder : undefined
}

/** Whether the cache folder has them. */
export function hasBuildkit(env: Readonly<Record<string, string | undefined>>): boolean {
  return hasGoPrograms(programsIn(buildkitFolder(env)))
}
