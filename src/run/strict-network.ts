import { UserError } from '../lib/errors.ts'
import type { Environment } from '../platform/host.ts'
import type { Confinement, ConfinementSpec } from '../runtime/confinement.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerId, PublishedPort } from '../runtime/container-state.ts'
import type { NetworkManager } from '../runtime/network-manager.ts'
import { besideName } from './container-spec-of.ts'
import type { RunPlan } from './plan.ts'
import type { RunContext } from './run-context.ts'
import type { RunRecord } from './run-record.ts'
import { isOnClosedNetwork, ownNetworkName } from './network-name.ts'
import { runLabels } from './run-labels.ts'
import type { StartOptions } from './start-options.ts'

/** Where a run whose network is closed gets out: the egress proxy, on its network's gateway. */
export type EgressPlace = { address: string; port: number }

/** As `isOnClosedNetwork`, of a run that is being planned. */
export function hasClosedNetwork({
  runtime,
  network,
}: Pick<RunPlan, 'runtime' | 'network'>): boolean {
  return runtime !== 'embedded' && network.policy === 'strict'
}

/** Closes the network but for these ports of its gateway. The container is started after that, or never. */
export async function closeNetwork(
  { plan, runId, runtime, hostEnv, signal }: StartOptions,
  context: RunContext,
  { egress, ports }: { egress: EgressPlace; ports: readonly number[] },
): Promise<void> {
  const { confinement } = meansToClose(runtime, plan)
  await confinement.confine(
    {
      network: ownNetworkName(runId),
      gateway: egress.address,
      ports: [egress.port, ...ports],
      guard: guardOf(runId, context, hostEnv),
    },
    signal,
  )
}

/**
 * Where the services of such a run are: at the container's own address. Engines publish no ports of a network that has
 * no way out. Empty for a container that has ended.
 */
export async function closedPorts(
  { plan, runId, runtime, signal }: StartOptions,
  container: ContainerId,
): Promise<readonly PublishedPort[]> {
  const found = await runtime.networks?.addresses(ownNetworkName(runId), signal)
  const own = [...(found?.containers ?? [])].find(([, id]) => id === container)
  if (own === undefined) return []
  const [hostAddress] = own
  return plan.services.map(({ containerPort }) => ({
    containerPort,
    hostAddress,
    hostPort: containerPort,
  }))
}

/** Takes back the rules, which have to outlive the network. */
export async function forgetClosedNetwork(
  run: RunRecord,
  { confinement }: ContainerRuntime,
  context: RunContext,
  signal: AbortSignal,
): Promise<void> {
  if (!isOnClosedNetwork(run)) return
  await confinement?.release(
    { network: ownNetworkName(run.id), guard: guardOf(run.id, context, {}) },
    signal,
  )
}

/** Labelled as the run's own, so that one whose maker died is found like everything else of a run. */
function guardOf(runId: string, context: RunContext, env: Environment): ConfinementSpec['guard'] {
  return {
    name: besideName('guard', runId),
    labels: runLabels({ ...context, runId, role: 'guard', env }),
  }
}

/** What a runtime closes a network with; throws a `UserError` for one that cannot. */
export function meansToClose(
  { networks, confinement, endpoint }: ContainerRuntime,
  { name }: RunPlan,
): { networks: NetworkManager; confinement: Confinement } {
  if (networks !== undefined && confinement !== undefined) return { networks, confinement }
  throw new UserError(`the network of "${name}" cannot be closed on ${endpoint}`, {
    fix: ['agent run --runtime embedded', 'remove network; the run then reaches any host'],
  })
}
