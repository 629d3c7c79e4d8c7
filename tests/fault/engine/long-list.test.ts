import { expect } from 'bun:test'
import { AgentHome } from '../../e2e/support/agent-home.ts'
import { engineTest, testEngine } from '../../engine/test-engine.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { systemProcessTable } from '../../../src/platform/process-identity.ts'
import { newRunId } from '../../../src/run/run-id.ts'
import type { RunRecord } from '../../../src/run/run-record.ts'
import { RunStore } from '../../../src/run/run-store.ts'
import { containerId } from '../../../src/runtime/container-state.ts'
import { openState } from '../../../src/state/open-state.ts'
import { EngineRelay } from '../support/engine-relay.ts'

const ended = 200
const live = 10

/** Rows as runs leave them, each on the engine at `endpoint`. */
function writeRows(home: AgentHome, endpoint: string): void {
  using state = openState(home.stateDir, { uid: 0 })
  const runs = new RunStore(state, systemClock)
  for (let index = 0; index < ended + live; index++) {
    const run = aRun(index, endpoint)
    runs.claim(run)
    runs.recordContainer(run.id, `agentops-${run.name}`, containerId(`c${index}`))
    runs.transition(run.id, 'running', { startedAtMs: run.createdAtMs })
    if (index >= ended) continue
    runs.transition(run.id, 'stopped', { endedAtMs: run.createdAtMs + 1000, exitCode: 0 })
    runs.recordCleaned(run.id)
  }
}

function aRun(index: number, endpoint: string): RunRecord {
  return {
    id: newRunId(),
    name: `n${index}`,
    state: 'created',
    runtime: 'docker',
    endpoint,
    image: 'busybox:latest',
    workspace: '/w',
    attached: false,
    keep: false,
    createdAtMs: systemClock.now() - index * 1000,
    owner: systemProcessTable().self,
    plan: {},
  }
}

engineTest(
  '210 runs are listed within 2 s while the engine stands still, the live ones as unknown',
  async () => {
    await using relay = await EngineRelay.start(testEngine().dockerHost)
    await using home = new AgentHome({
      env: { DOCKER_HOST: relay.dockerHost, AGENTOPS_DAEMON_IDLE: '1' },
    })
    writeRows(home, relay.dockerHost)
    relay.freeze()
    const startedMs = performance.now()
    const all = await home.answer(['list', '-a'])
    const tookMs = performance.now() - startedMs
    expect(tookMs).toBeLessThan(2000)
    const lines = all.split('\n').slice(1)
    expect(lines.filter((line) => / stopped /.test(line))).toHaveLength(ended)
    expect(lines.filter((line) => / unknown /.test(line))).toHaveLength(live)
    expect((await home.answer(['list'])).split('\n')).toHaveLength(1 + live)
    console.log(
      `${lines.length} runs listed in ${tookMs.toFixed(0)} ms while the engine stood still`,
    )
    relay.thaw()
  },
)
