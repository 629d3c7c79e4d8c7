import type { ContainerState } from '../runtime/container-state.ts'
import { LABEL_RUN_ID } from '../runtime/labels.ts'
import { isContainerName } from './container-spec-of.ts'
import { engineVolumeName } from './docker-inside.ts'
import type { RunContext } from './run-context.ts'
import { ownNetworkName } from './network-name.ts'

type Rows = Pick<RunContext, 'runs'>
type Labelled = { name: string; labels: Readonly<Record<string, string>> }

/** Whether no run accounts for a container of this state folder; one that was to be kept is accounted for. */
export function isStrayContainer({ id, name, labels }: ContainerState, { runs }: Rows): boolean {
  const runId = labels[LABEL_RUN_ID]
  if (runId === undefined || !isContainerName(name, runId)) return false
  const run = runs.find(runId)
  if (run === undefined) return true
  return run.cleanedAtMs !== undefined && !(run.keep && run.containerId === id)
}

/** Whether no run accounts for a volume of this state folder. Others than those that a run makes for itself are never stray. */
export function isStrayVolume(volume: Labelled, rows: Rows): boolean {
  return isOfEndedRun(volume, rows, engineVolumeName)
}

/** Whether no run accounts for a network of this state folder; the shared one belongs to no run. */
export function isStrayNetwork(network: Labelled, rows: Rows): boolean {
  return isOfEndedRun(network, rows, ownNetworkName)
}

function isOfEndedRun(
  { name, labels }: Labelled,
  { runs }: Rows,
  nameOf: (runId: string) => string,
): boolean {
  const runId = labels[LABEL_RUN_ID]
  if (runId === undefined || name !== nameOf(runId)) return false
  const run = runs.find(runId)
  return run === undefined || run.cleanedAtMs !== undefined
}
