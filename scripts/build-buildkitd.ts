/*
 * npx bun scripts/build-buildkitd.ts     builds the buildkitd and buildctl of the tests, with Go, into their cache folder
 *                                        (2 minutes); a test engine that is brought up does it by itself
 */
import { buildkitPrograms } from '../tests/engine/buildkit-programs.ts'
import { cacheFolder } from '../tests/engine/engine-paths.ts'
import { stepLog } from '../tests/engine/step-log.ts'

if (import.meta.main) {
  const folder = await buildkitPrograms(cacheFolder(process.env), stepLog('buildkitd'))
  if (folder === undefined) process.exitCode = 1
  else console.log(folder)
}
