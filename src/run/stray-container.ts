import type { ContainerState } from '../runtime/container-state.ts'
import { LABEL_RUN_ID } from '../runtime/labels.ts'
import { isContainerName } from './container-spec-of.ts'
import type { RunRecord } from './run-record.ts'
import type { RunStore } from './run-store.ts'
import { isLive } from './run-state.ts'

/**
 * True for a container of ours that no run accounts for: when a command dies while the engine makes its
 * container, the run may be over before the container is there. The row is written before a container is
 * asked for and ends after it is removed, so one without a live run is nobody's; but a kept one stays. So
 * does one that only has our labels: whoever made an image of our container (docker commit) gave it those.
 */
export function isStray(
  { id, name, labels }: Pick<ContainerState, 'id' | 'name' | 'labels'>,
  runs: Pick<RunStore, 'find'>,
): boolean {
  const runId = labels[LABEL_RUN_ID]
  if (runId === undefined || !isContainerName(name, runId)) return false
  const run = runs.find(runId)
  return run === undefined || (!isLive(run.state) && !isKept(run, id))
}

function isKept({ keep, containerId }: RunRecord, id: string): boolean {
  return keep && containerId === id
}
