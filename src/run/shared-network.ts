import type { RunContext } from './run-context.ts'
import { sharedLabels } from './run-labels.ts'
import type { StartOptions } from './start-options.ts'
import { hasStrictNetwork, makeStrictNetwork, strictNetworkName } from './strict-network.ts'

/** The network that runs without sidecars share; containers on it cannot reach each other. */
export const SHARED_NETWORK = 'agentops'

/** Makes the network of a run, its own or the one that runs share, when the runtime has networks. */
export async function ensureNetwork(options: StartOptions, context: RunContext): Promise<void> {
  if (hasStrictNetwork(options.plan)) return makeStrictNetwork(options, context)
  const { networks } = options.runtime
  if (networks === undefined) return
  await networks.ensure(
    {
      name: SHARED_NETWORK,
      labels: sharedLabels(context),
      interContainer: false,
    },
    options.signal,
  )
}

/** The name of the network that a run is on. */
export function networkNameOf({ plan, runId }: Pick<StartOptions, 'plan' | 'runId'>): string {
  return hasStrictNetwork(plan) ? strictNetworkName(runId) : SHARED_NETWORK
}
