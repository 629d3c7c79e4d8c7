import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { EndSteps } from './end-steps.ts'
import { isContainerName } from './container-spec-of.ts'
import type { RunContext } from './run-context.ts'
import { selectRun } from './run-labels.ts'
import type { ResourceKind, RunRecord } from './run-record.ts'

/**
 * Removes what a run has beside its main container, which goes first: other containers, volumes, networks, in that
 * order. A step that fails is kept in `steps`, and the others are taken. A run that was to have nothing of the kind
 * costs its engine no question.
 */
export async function removeResources(
  run: RunRecord,
  runtime: ContainerRuntime,
  { steps, context }: { steps: EndSteps; context: RunContext },
): Promise<void> {
  const { runs, homeId } = context
  const left = runs.resources(run.id).filter(({ removedAtMs }) => removedAtMs === undefined)
  const isLeft = (kind: ResourceKind): boolean => left.some((resource) => resource.kind === kind)
  const labels = selectRun(homeId, run.id)
  const { volumes, networks } = runtime
  if (!isLeft('volume') && !isLeft('network')) return
  await steps.take('remove the sidecar', async (signal) => {
    // Not all that have its labels: an image that was made of it (docker commit) hands them on.
    const found = (await runtime.list(labels, signal)).filter(
      ({ id, name }) => id !== run.containerId && isContainerName(name, run.id),
    )
    for (const { id } of found) await runtime.remove(id, signal)
  })
  if (isLeft('volume'))
    await steps.take('remove the volumes', async (signal) => {
      for (const { name } of (await volumes?.list(labels, signal)) ?? [])
        await volumes?.remove(name, signal)
      runs.recordRemoved(run.id, 'volume')
    })
  if (isLeft('network'))
    await steps.take('remove the network', async (signal) => {
      for (const { id } of (await networks?.list(labels, signal)) ?? [])
        await networks?.remove(id, signal)
      runs.recordRemoved(run.id, 'network')
    })
}
