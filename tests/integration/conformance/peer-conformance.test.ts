import { expect, test } from 'bun:test'
import { skippedTest } from '../../engine/test-engine.ts'
import { allCases } from './cases.ts'
import { ownResult } from './reference-page.ts'
import { runPeers } from './run-peers.ts'
import { levels, score, scoreTable } from './score.ts'

const name = 'no other proxy passes as many cases of any level as ours'

if ((process.env['AGENT_TEST_ENGINE'] ?? '') === '') {
  skippedTest(name, 'nginx, HAProxy and Caddy are fetched with AGENT_TEST_ENGINE=provision only')
} else {
  test(
    name,
    async () => {
      const others = await runPeers(process.env)
      console.log(scoreTable(allCases, [ownResult, ...others]))
      for (const level of levels) {
        const { passed: ours } = score(allCases, ownResult, level)
        for (const other of others) {
          expect(score(allCases, other, level).passed, `${other.name}, ${level}`).toBeLessThan(ours)
        }
      }
    },
    15 * 60_000,
  )
}
