import { join } from 'node:path'
import { buildGoPrograms } from './go-programs.ts'

/**
 * The name under which engines of ours have a current gVisor with its own network stack, as users have it. It is as
 * long as `runsc`: a test may put one in the other's place in a request that is under way.
 */
export const netstackRuntime = 'gvnet'

const version = 'v0.0.0-20260905035102-160fafc42237'

/**
 * The path of a current runsc, built from its Go module into the cache folder (about a minute, once). Undefined, with a
 * line in the log, where there is no Go or the build fails: Debian's runsc is there in any case.
 */
export async function netstackRunsc(
  cacheDir: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  const folder = join(cacheDir, 'gvisor', version)
  const runsc = {
    title: netstackRuntime,
    module: 'gvisor.dev/gvisor',
    version,
    packages: ['./runsc'],
    folder,
  }
  const isBuilt = await buildGoPrograms(runsc, { cacheDir, lock: 'gvisor', log })
  return isBuilt ? join(folder, 'runsc') : undefined
}
