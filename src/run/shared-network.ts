import type { RunContext } from './run-context.ts'
import { sharedLabels } from './run-labels.ts'
import type { StartOptions } from './start-options.ts'

/** The network that runs without sidecars share; containers on it cannot reach each other. */
export const SHARED_NETWORK = 'agentops'

/** Makes the network that runs share, when the runtime has networks. */
export async function ensureNetwork(options: StartOptions, context: RunContext): Promise<void> {
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
