import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import { isContainerName } from './container-spec-of.ts'
import type { EndSteps } from './end-steps.ts'
import type { RunContext } from './run-context.ts'
import { runLabels, selectRun } from './run-labels.ts'
import { forgetClosedNetwork } from './strict-network.ts'
import type { ResourceKind, ResourceRecord, RunRecord } from './run-record.ts'

type Ending = { steps: EndSteps; context: RunContext }

/**
 * Removes what a run has beside its main container, which goes first: other containers, volumes, networks, in that
 * order. A step that fails is kept in `steps`, and the others are taken. A run that was to have nothing of the kind
 * costs its engine no question.
 */
export async function removeResources(
  run: RunRecord,
  runtime: ContainerRuntime,
  ending: Ending,
): Promise<void> {
  const { steps, context } = ending
  const all = context.runs.resources(run.id).filter(({ removedAtMs }) => removedAtMs === undefined)
  const left = (kind: ResourceKind): ResourceRecord[] =>
    all.filter((resource) => resource.kind === kind)
  const [volumes, networks] = [left('volume'), left('network')]
  if (volumes.length === 0 && networks.length === 0) return
  await steps.take('remove the sidecar', (signal) => removeSidecars(run, runtime, context, signal))
  if (volumes.length > 0)
    await steps.take('remove the volumes', (signal) =>
      removeVolumes(run, volumes, runtime, { context, signal }),
    )
  if (networks.length > 0)
    await steps.take('remove the network', (signal) =>
      removeNetworks(run, networks, runtime, { context, signal }),
    )
}

async function removeSidecars(
  run: RunRecord,
  runtime: ContainerRuntime,
  { homeId }: RunContext,
  signal: AbortSignal,
): Promise<void> {
  // Not all that have its labels: an image that was made of it (docker commit) hands them on.
  const found = (await runtime.list(selectRun(homeId, run.id), signal)).filter(
    ({ id, name }) => id !== run.containerId && isContainerName(name, run.id),
  )
  for (const { id } of found) await runtime.remove(id, signal)
}

type Removal = { context: RunContext; signal: AbortSignal }

/**
 * Of one that was intended and never seen, a dead process may have left the order with the engine, which carries it out
 * some time after we looked. Making it waits for that, and then it is there to be removed; where the engine refuses,
 * it refuses the other order too.
 */
async function removeVolumes(
  run: RunRecord,
  records: readonly ResourceRecord[],
  { volumes }: ContainerRuntime,
  { context, signal }: Removal,
): Promise<void> {
  const labels = runLabels({ ...context, runId: run.id, role: 'volume', env: {} })
  for (const { name, madeAtMs } of records) {
    if (madeAtMs === undefined)
      await volumes?.ensure({ name, labels }, signal).catch(() => undefined)
    await volumes?.remove(name, signal)
  }
  context.runs.recordRemoved(run.id, 'volume')
}

/** As for volumes. */
async function removeNetworks(
  run: RunRecord,
  records: readonly ResourceRecord[],
  runtime: ContainerRuntime,
  { context, signal }: Removal,
): Promise<void> {
  const { networks } = runtime
  const labels = runLabels({ ...context, runId: run.id, role: 'network', env: {} })
  for (const { name, madeAtMs } of records)
    if (madeAtMs === undefined)
      await networks?.ensure({ name, labels, interContainer: true }, signal).catch(() => undefined)
  const found = (await networks?.list(selectRun(context.homeId, run.id), signal)) ?? []
  for (const { id } of found) await networks?.remove(id, signal)
  await forgetClosedNetwork(run, runtime, context, signal)
  context.runs.recordRemoved(run.id, 'network')
}
