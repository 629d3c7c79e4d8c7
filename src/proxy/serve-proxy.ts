import type { BoundProxy } from './bind-proxy.ts'
import { ClientConnection } from './client-connection.ts'
import { plainAddress } from './forwarded-fields.ts'
import { type HeldClient, HeldClients } from './held-client.ts'
import { startPageServer } from './pages/page-server.ts'
import { ProxyContext } from './proxy-context.ts'
import type { ProxyOptions } from './proxy-options.ts'
import type { ProxyStats } from './proxy-stats.ts'
import { refusalResponse } from './refusal.ts'
import { listenTcp, listenUnix } from '../platform/raw-sockets.ts'

/** A proxy that answers. */
export type RunningProxy = {
  stats(): ProxyStats
  /**
   * Listens on a Unix socket as well, for the programs inside one run: they get the names of that run and
   * no others. Makes the file; disposing removes it, open connections stay. Throws the system's error.
   */
  serveRun(runId: string, socketPath: string): Disposable
  /**
   * Listens on one more address, for the programs inside runs: `identify` tells from a client's address whose it
   * is, and it gets the names of that run and no others; a client that is no run's is refused. Throws the
   * system's error.
   */
  serveRuns(
    address: string,
    identify: (clientAddress: string) => Promise<string | undefined>,
  ): Disposable
  /** Stops listening, lets open exchanges end for a short time, then ends everything. */
  stop(): Promise<void>
}

/**
 * Serves what {@link BoundProxy} listens on; clients that waited are served first. Makes one file, the
 * socket of the page server; throws when it cannot be made.
 */
export async function serveProxy(bound: BoundProxy, options: ProxyOptions): Promise<RunningProxy> {
  const context = new ProxyContext(options, bound.port)
  const pages = await startPageServer(options)
  bound.serve((address) => new ClientConnection(context, { address }))
  let stopping: Promise<void> | undefined
  return {
    stats: () => statsOf(context),
    serveRun: (runId, socketPath) => {
      const origin = { address: '127.0.0.1', runId }
      const listener = listenUnix(socketPath, () => new ClientConnection(context, origin))
      return { [Symbol.dispose]: () => listener.stop() }
    },
    serveRuns: (address, identify) => listenForRuns(context, address, identify),
    stop: () => {
      stopping ??= stop(context, bound, pages)
      return stopping
    },
  }
}

/** A client's first bytes are not read before it is known whose it is. */
function listenForRuns(
  context: ProxyContext,
  address: string,
  identify: (clientAddress: string) => Promise<string | undefined>,
): Disposable {
  const unknown = new HeldClients()
  const look = async (client: HeldClient): Promise<void> => {
    const runId = await identify(plainAddress(client.address)).catch(() => undefined)
    if (runId === undefined) client.turnAway(refusalResponse(403, context.options.clock.now()))
    else client.handTo((origin) => new ClientConnection(context, { address: origin, runId }))
  }
  const listener = listenTcp(address, context.port, () =>
    unknown.hold((client) => void look(client)),
  )
  return {
    [Symbol.dispose]: () => {
      listener.stop()
      for (const client of unknown) client.turnAway()
    },
  }
}

async function stop(
  context: ProxyContext,
  bound: BoundProxy,
  pages: { stop(): Promise<void> },
): Promise<void> {
  context.isStopping = true
  bound.close()
  await context.clients.endAll(context.limits.stopMs)
  context.close()
  await pages.stop()
}

function statsOf(context: ProxyContext): ProxyStats {
  const { groups } = context.upstreams
  const sum = (count: (group: (typeof groups)[number]) => number): number =>
    groups.reduce((total, group) => total + count(group), 0)
  return {
    requests: context.requests,
    retries: context.retries,
    failures: context.failures,
    openConnections: context.clients.size,
    upstreamConnections: sum((group) => group.openCount),
    idleUpstreamConnections: sum((group) => group.idleCount),
    tunnels: context.tunnels,
  }
}
