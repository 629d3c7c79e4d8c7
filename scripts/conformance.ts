/* npm run conformance: plays the conformance cases against all proxies and writes docs/reference/conformance.md. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openOwnLane } from '../tests/integration/conformance/bed/own-proxy.ts'
import { allCases } from '../tests/integration/conformance/cases.ts'
import {
  ownName,
  ownResult,
  referencePage,
} from '../tests/integration/conformance/reference-page.ts'
import { problemsIn, runPeers } from '../tests/integration/conformance/run-peers.ts'
import { runSuite } from '../tests/integration/conformance/run-suite.ts'
import { scoreTable } from '../tests/integration/conformance/score.ts'

const page = join(import.meta.dirname, '..', 'docs', 'reference', 'conformance.md')

const problems = problemsIn(await runSuite(allCases, openOwnLane))
const others = await runPeers(process.env)
console.log(scoreTable(allCases, [{ name: ownName, version: '', problems }, ...others]))
for (const [id, problem] of problems) console.log(`${ownName}: ${id}: ${problem}`)
const isAsDocumented =
  [...problems.keys()].toSorted().join() === [...ownResult.problems.keys()].toSorted().join()
if (isAsDocumented) await writeFile(page, referencePage(others))
else
  console.error(
    'not written: ours fails other cases than tests/integration/conformance/deviations.ts says',
  )
process.exitCode = isAsDocumented ? 0 : 1
