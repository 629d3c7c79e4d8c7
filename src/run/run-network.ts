import { untilAborted } from '../lib/until-aborted.ts'
import type { NetworkSpec } from '../runtime/network-manager.ts'
import { ownNetworkName } from './network-name.ts'
import type { RunContext } from './run-context.ts'
import { runLabels } from './run-labels.ts'
import { ensureNetwork } from './shared-network.ts'
import type { StartOptions } from './start-options.ts'
import { isBeingMade, stoppedMeanwhile } from './stopped-meanwhile.ts'
import { hasClosedNetwork, meansToClose } from './strict-network.ts'

type Openness = Pick<NetworkSpec, 'interContainer' | 'internal'>

/** Containers of the run reach each other. */
const OPEN: Openness = { interContainer: true }
/** Nobody but what answers at the gateway is reached. */
const CLOSED: Openness = { interContainer: false, internal: true }

/** Makes the network a run is on. Throws a `UserError` where the runtime cannot close one that is to be closed. */
export async function ensureRunNetwork(options: StartOptions, context: RunContext): Promise<void> {
  const { plan, runtime } = options
  if (hasClosedNetwork(plan)) {
    meansToClose(runtime, plan)
    return makeOwnNetwork(options, context, CLOSED)
  }
  // Also for a run with its own, since the proxy answers at the shared one's gateway.
  await ensureNetwork(options, context)
  if (plan.docker?.mode === 'dind') await makeOwnNetwork(options, context, OPEN)
}

async function makeOwnNetwork(
  { plan, runId, runtime, hostEnv, signal }: StartOptions,
  context: RunContext,
  openness: Openness,
): Promise<void> {
  const { networks } = runtime
  if (networks === undefined) return
  const name = ownNetworkName(runId)
  context.runs.intend(runId, 'network', name)
  const labels = runLabels({ ...context, runId, role: 'network', env: hostEnv })
  const id = await untilAborted(networks.ensure({ name, labels, ...openness }), signal)
  context.runs.recordMade(runId, 'network', name)
  if (isBeingMade(runId, context)) return
  // Whoever ended the run meanwhile may not have found it.
  await networks.remove(id)
  throw stoppedMeanwhile(plan)
}
