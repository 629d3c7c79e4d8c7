import { currentHost } from '../../src/platform/host.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { systemProcessTable } from '../../src/platform/process-identity.ts'
import { newRunId } from '../../src/run/run-id.ts'
import type { RunPlan } from '../../src/run/plan.ts'
import { RunStore } from '../../src/run/run-store.ts'
import { openState } from '../../src/state/open-state.ts'

/** Fills a state folder with ended runs of one project, through the code that writes real ones. */
export function fillRuns(stateDir: string, count: number, workspace: string): void {
  const host = currentHost()
  using state = openState(stateDir, { uid: host.uid })
  const runs = new RunStore(state, systemClock)
  const owner = systemProcessTable().self
  for (let number = 1; number <= count; number += 1) {
    const plan = idlePlan(`bench-${number}`, workspace)
    const id = newRunId()
    const createdAtMs = systemClock.now()
    runs.claim({
      id,
      name: plan.name,
      state: 'created',
      runtime: plan.runtime,
      endpoint: 'unix:///var/run/docker.sock',
      image: plan.image,
      workspace,
      attached: plan.attached,
      keep: plan.keep,
      createdAtMs,
      owner,
      plan,
    })
    runs.transition(id, 'failed', { endedAtMs: createdAtMs, exitCode: 1 })
  }
}

/** The plan of a run that starts nothing. */
export function idlePlan(name: string, workspace: string): RunPlan {
  return {
    name,
    workspace,
    runtime: 'docker',
    image: 'debian:bookworm-slim',
    pull: 'missing',
    imageSource: 'default',
    envNames: [],
    mounts: [],
    services: [],
    network: { policy: 'permissive', allow: [] },
    sandbox: { mode: 'none' },
    interactive: false,
    attached: false,
    keep: false,
  }
}
