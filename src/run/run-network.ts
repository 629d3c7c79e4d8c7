import { untilAborted } from '../lib/until-aborted.ts'
import { runLabels } from './run-labels.ts'
import type { RunContext } from './run-context.ts'
import { dockerOfPlan } from './planned-docker.ts'
import type { RunRecord } from './run-record.ts'
import { ensureNetwork, SHARED_NETWORK } from './shared-network.ts'
import type { StartOptions } from './start-options.ts'
import { isBeingMade, stoppedMeanwhile } from './stopped-meanwhile.ts'

/** The network of a run that has containers beside its main one. */
export function ownNetworkName(runId: string): string {
  return `agentops-${runId}`
}

/** The network that the containers of a run are on. */
export function networkOf({ id, plan }: Pick<RunRecord, 'id' | 'plan'>): string {
  return dockerOfPlan(plan)?.mode === 'dind' ? ownNetworkName(id) : SHARED_NETWORK
}

/** Makes the network a run is on; the shared one in any case, since the proxy answers at its gateway. */
export async function ensureRunNetwork(options: StartOptions, context: RunContext): Promise<void> {
  const { plan, runId, runtime, hostEnv, signal } = options
  await ensureNetwork(options, context)
  if (plan.docker?.mode !== 'dind' || runtime.networks === undefined) return
  const name = ownNetworkName(runId)
  context.runs.intend(runId, 'network', name)
  const labels = runLabels({ ...context, runId, role: 'network', env: hostEnv })
  const { networks } = runtime
  const id = await untilAborted(networks.ensure({ name, labels, interContainer: true }), signal)
  context.runs.recordMade(runId, 'network', name)
  if (isBeingMade(runId, context)) return
  // Whoever ended the run meanwhile may not have found it.
  await networks.remove(id)
  throw stoppedMeanwhile(plan)
}
