import { openStores } from '../../../src/cli/stores.ts'
import type { RunPlan } from '../../../src/run/plan.ts'
import { newRunId } from '../../../src/run/run-id.ts'
import type { RunRecord } from '../../../src/run/run-record.ts'
import { startRun } from '../../../src/run/start-run.ts'
import { IDLE_PLAN } from '../run/idle-plan.ts'
import type { AnApp } from './an-app.ts'

/** A detached run of this program that is running, with nobody who looks after it but the test. */
export async function startedRun(app: AnApp, changes: Partial<RunPlan> = {}): Promise<RunRecord> {
  const { state, context } = openStores(app.context)
  using _state = state
  const plan: RunPlan = { ...IDLE_PLAN, workspace: app.folder, ...changes }
  const started = await startRun(
    {
      plan,
      runId: newRunId(),
      env: {},
      runtime: app.runtime,
      findBuilders: async () => [],
      supervision: {
        watch: async () => undefined,
        proxyPort: async () => 8080,
        insideAddress: async () => undefined,
        egressPlace: async () => ({ address: '127.0.0.1', port: 3128 }),
        takeOver: async () => undefined,
      },
      progress: {
        notice: () => undefined,
        status: () => undefined,
        building: () => () => undefined,
        timed: (_step, work) => work(),
      },
      hostEnv: {},
      signal: new AbortController().signal,
    },
    context,
  )
  app.clock.advance(1000)
  return started.run
}
