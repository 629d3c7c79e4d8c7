import { expect } from 'bun:test'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { RunStore } from '../../../src/run/run-store.ts'
import { newRunId } from '../../../src/run/run-id.ts'
import { containerId } from '../../../src/runtime/container-state.ts'
import { openState } from '../../../src/state/open-state.ts'
import { systemProcessTable } from '../../../src/platform/process-identity.ts'
import { AgentHome } from '../../e2e/support/agent-home.ts'
import { engineTest } from '../../engine/test-engine.ts'

/** Rows as many earlier runs would have left them. */
function fillRuns(home: AgentHome, endpoint: string): void {
  const state = openState(home.stateDir, { uid: process.getuid?.() ?? -1 })
  const runs = new RunStore(state, { now: () => Date.now() })
  const { self } = systemProcessTable()
  for (let index = 0; index < 210; index++) {
    const id = newRunId()
    runs.claim({
      id,
      name: `n${index}`,
      state: 'created',
      runtime: 'docker',
      endpoint,
      image: 'busybox:latest',
      workspace: home.dir,
      attached: false,
      keep: false,
      createdAtMs: Date.now(),
      owner: self,
      plan: {},
    })
    runs.recordContainer(id, `c${index}`, containerId(`c${index}`))
    runs.transition(id, 'running')
    if (index >= 200) continue
    runs.transition(id, 'stopped', { exitCode: 0, endedAtMs: Date.now() })
    runs.recordCleaned(id)
  }
  state.close()
}

engineTest(
  'listing 200 ended and 10 live runs of an engine that does not answer takes less than 2 s',
  async () => {
    await using home = new AgentHome()
    const path = join(home.dir, 'frozen.sock')
    // As a stopped engine does: the kernel accepts, nobody answers.
    const frozen = createServer(() => undefined)
    await new Promise<void>((resolve) => frozen.listen(path, resolve))
    fillRuns(home, `unix://${path}`)
    const started = performance.now()
    const text = await home.answer(['list', '-a'])
    const tookMs = performance.now() - started
    frozen.close()
    expect(text.split('\n')).toHaveLength(211)
    expect(text.match(/ unknown /g)).toHaveLength(10)
    expect(tookMs).toBeLessThan(2000)
  },
  60_000,
)
