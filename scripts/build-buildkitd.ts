/*
 * npx bun scripts/build-buildkitd.ts     builds the buildkitd that tests/integration/buildkit use, with Go, into the
 *                                        cache folder of the tests (2 minutes); the test engine does it by itself
 */
import { buildkitdProgram } from '../tests/engine/buildkitd-program.ts'
import { cacheFolder } from '../tests/engine/engine-paths.ts'
import { stepLog } from '../tests/engine/step-log.ts'

if (import.meta.main) {
  const program = await buildkitdProgram(cacheFolder(process.env), stepLog('buildkitd'))
  if (program === undefined) process.exitCode = 1
  else console.log(program)
}
