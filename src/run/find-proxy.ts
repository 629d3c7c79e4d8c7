import { untilAborted } from '../lib/until-aborted.ts'
import type { ProxyPlace } from './create-container.ts'
import { ownNetworkName } from './network-name.ts'
import type { RunContext } from './run-context.ts'
import { SHARED_NETWORK } from './shared-network.ts'
import type { StartOptions } from './start-options.ts'
import { closeNetwork, hasClosedNetwork } from './strict-network.ts'

/** Has the proxies listen, for the user and, on a network that exists by then, for the programs inside. */
export async function findProxy(
  options: StartOptions,
  context: RunContext,
  network: Promise<void>,
): Promise<ProxyPlace> {
  const { plan, runId, runtime, supervision, progress, signal } = options
  const isClosed = hasClosedNetwork(plan)
  const proxyPort =
    plan.services.length === 0
      ? undefined
      : await progress.timed('proxy', () => untilAborted(supervision.proxyPort(), signal))
  const place = proxyPort === undefined ? {} : { proxyPort }
  if (runtime.networks === undefined || (proxyPort === undefined && !isClosed)) return place
  await network
  const insideAddress =
    proxyPort === undefined
      ? undefined
      : await progress.timed('inside', () =>
          untilAborted(
            supervision.insideAddress(runtime, isClosed ? ownNetworkName(runId) : SHARED_NETWORK),
            signal,
          ),
        )
  const inside = insideAddress === undefined ? place : { ...place, insideAddress }
  if (!isClosed) return inside
  const egress = await progress.timed('egress', () =>
    untilAborted(supervision.egressPlace(runId), signal),
  )
  const ports = insideAddress === undefined || proxyPort === undefined ? [] : [proxyPort]
  await progress.timed('close network', () => closeNetwork(options, context, { egress, ports }))
  return { ...inside, egress }
}
