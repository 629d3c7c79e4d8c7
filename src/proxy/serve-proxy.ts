import type { BoundProxy } from './bind-proxy.ts'
import { ClientConnection } from './client-connection.ts'
import { startPageServer } from './pages/page-server.ts'
import { ProxyContext } from './proxy-context.ts'
import type { ProxyOptions } from './proxy-options.ts'
import type { ProxyStats } from './proxy-stats.ts'
import { listenUnix } from './sockets.ts'

/** A proxy that answers. */
export type RunningProxy = {
  stats(): ProxyStats
  /**
   * Listens on a Unix socket as well, for the programs inside one run: they get the names of that run and
   * no others. Makes the file; disposing removes it, open connections stay. Throws the system's error.
   */
  serveRun(runId: string, socketPath: string): Disposable
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
    stop: () => {
      stopping ??= stop(context, bound, pages)
      return stopping
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
