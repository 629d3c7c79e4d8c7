import { UserError } from '../lib/errors.ts'
import type { Confinement } from '../runtime/confinement.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerId, PublishedPort } from '../runtime/container-state.ts'
import type { NetworkManager } from '../runtime/network-manager.ts'
import type { RunPlan } from './plan.ts'
import type { RunContext } from './run-context.ts'
import type { RunRecord } from './run-record.ts'
import { runLabels, selectRun, sharedLabels } from './run-labels.ts'
import type { StartOptions } from './start-options.ts'

/** Where a run whose network is closed gets out: the egress proxy, on its network's gateway. */
export type EgressPlace = { address: string; port: number }

/** True for a run that gets a network of its own, closed but for what we answer there. */
export function hasStrictNetwork({
  runtime,
  network,
}: Pick<RunPlan, 'runtime' | 'network'>): boolean {
  return runtime !== 'embedded' && network.policy === 'strict'
}

/** The network of such a run. */
export function strictNetworkName(runId: string): string {
  return `agentops-${runId.slice('run_'.length)}`
}

/** Makes it, written down before. Throws a `UserError` on a runtime that cannot close one. */
export async function makeStrictNetwork(
  { plan, runId, runtime, hostEnv, signal }: StartOptions,
  context: RunContext,
): Promise<void> {
  const { networks } = strictMeansOf(runtime, plan)
  const name = strictNetworkName(runId)
  context.runs.intend(runId, 'network', name)
  const labels = runLabels({ ...context, runId, role: 'network', env: hostEnv })
  await networks.ensure({ name, labels, interContainer: false, internal: true }, signal)
}

/** Closes the network but for these ports of its gateway. The container is started after that, or never. */
export async function closeStrictNetwork(
  { plan, runId, runtime, signal }: StartOptions,
  context: RunContext,
  { egress, ports }: { egress: EgressPlace; ports: readonly number[] },
): Promise<void> {
  const { confinement } = strictMeansOf(runtime, plan)
  await confinement.confine(
    {
      network: strictNetworkName(runId),
      gateway: egress.address,
      ports: [egress.port, ...ports],
      labels: sharedLabels(context),
    },
    signal,
  )
}

/**
 * Where the services of such a run are: at the container's own address. Engines publish no ports of a network that has
 * no way out. Empty for a container that has ended.
 */
export async function strictPorts(
  { plan, runId, runtime, signal }: StartOptions,
  container: ContainerId,
): Promise<readonly PublishedPort[]> {
  const found = await runtime.networks?.addresses(strictNetworkName(runId), signal)
  const own = [...(found?.containers ?? [])].find(([, id]) => id === container)
  if (own === undefined) return []
  const [hostAddress] = own
  return plan.services.map(({ containerPort }) => ({
    containerPort,
    hostAddress,
    hostPort: containerPort,
  }))
}

/** Removes what of a run's own network is there, once its container is gone; then the rules, which had to outlive both. */
export async function removeStrictNetwork(
  { id }: RunRecord,
  runtime: ContainerRuntime,
  context: RunContext,
  signal?: AbortSignal,
): Promise<void> {
  const name = strictNetworkName(id)
  const isLeft = context.runs
    .resources(id)
    .some((one) => one.kind === 'network' && one.name === name && one.removedAtMs === undefined)
  if (!isLeft) return
  const { networks, confinement } = runtime
  const left = (await networks?.list(selectRun(context.homeId, id), signal)) ?? []
  for (const network of left) if (network.name === name) await networks?.remove(network.id, signal)
  await confinement?.release({ network: name, labels: sharedLabels(context) }, signal)
  context.runs.recordRemoved(id, 'network')
}

function strictMeansOf(
  { networks, confinement, endpoint }: ContainerRuntime,
  { name }: RunPlan,
): { networks: NetworkManager; confinement: Confinement } {
  if (networks !== undefined && confinement !== undefined) return { networks, confinement }
  throw new UserError(`the network of "${name}" cannot be closed on ${endpoint}`, {
    fix: ['agent run --runtime embedded', 'remove network; the run then reaches any host'],
  })
}
