import { messageOf } from '../lib/errors.ts'
import type { Route } from '../routes/route.ts'
import type { RouteTable } from '../routes/route-table.ts'
import { ClientRegistry } from './client-registry.ts'
import { DateLine } from './date-line.ts'
import { Deadlines } from './deadlines.ts'
import { defaultLimits, type ProxyLimits } from './proxy-limits.ts'
import type { ProxyOptions } from './proxy-options.ts'
import { RequestHead } from './request-head.ts'
import { addedBytesMax } from './request-writer.ts'
import { ResponseHead } from './response-head.ts'
import type { ServiceCondition } from './service-condition.ts'
import type { TimedSocket } from './timed-socket.ts'
import { Tunnel } from './tunnel.ts'
import type { UpstreamConnection } from './upstream-connection.ts'
import { UpstreamGroup } from './upstream-group.ts'
import { UpstreamPool } from './upstream-pool.ts'

/** What all connections of one running proxy share. */
export class ProxyContext {
  readonly limits: ProxyLimits
  readonly options: ProxyOptions
  readonly deadlines: Deadlines
  readonly upstreams: UpstreamPool
  /** The server of our own pages, which is reached like any upstream. */
  readonly pages: UpstreamGroup
  /** The port the clients connect to. */
  readonly port: number

  /** Each holds what was parsed last: used at once, never kept. */
  readonly requestHead = new RequestHead()
  readonly responseHead = new ResponseHead()
  /** Heads are put together here and sent from here. */
  readonly scratch: Buffer

  readonly dateLine: DateLine

  /** The clients' connections that are open. */
  readonly clients = new ClientRegistry()

  requests = 0
  retries = 0
  failures = 0
  tunnels = 0
  /** No client's connection goes on after its present request. */
  isStopping = false

  private generation = -1

  constructor(options: ProxyOptions, port: number) {
    this.options = options
    this.port = port
    this.limits = { ...defaultLimits, ...options.limits }
    const { limits } = this
    this.dateLine = new DateLine(() => options.clock.now())
    this.scratch = Buffer.allocUnsafeSlow(
      Math.max(limits.headBytes, limits.responseHeadBytes) + addedBytesMax,
    )
    this.deadlines = new Deadlines(limits.tickMs, () => this.refresh())
    const shared = { deadlines: this.deadlines, onDefect: (error: unknown) => this.onDefect(error) }
    this.upstreams = new UpstreamPool({ ...shared, limits })
    this.pages = new UpstreamGroup({
      ...shared,
      targets: [{ kind: 'socket', path: options.pagesSocketPath }],
      // Every client may keep an index open, which holds a connection for its events.
      limits: { ...limits, connectionsPerUpstream: limits.clients },
    })
  }

  /** The routes of this moment. What belonged to routes that are gone is closed on the way. */
  currentTable(): RouteTable {
    const table = this.options.routes()
    if (table.generation !== this.generation) {
      this.generation = table.generation
      this.upstreams.keepOnly(table)
    }
    return table
  }

  /** Asks the runtime's side why a service does not answer, for a bounded time; never rejects. */
  async explain(route: Route): Promise<ServiceCondition> {
    const { promise: tooLate, resolve } = Promise.withResolvers<ServiceCondition>()
    const timer = setTimeout(() => resolve({ kind: 'unknown' }), this.limits.explainMs)
    try {
      return await Promise.race([this.options.explain(route), tooLate])
    } catch (error) {
      return { kind: 'unreachable', reason: messageOf(error) }
    } finally {
      clearTimeout(timer)
    }
  }

  /** Joins a client with the upstream that agreed to another protocol. */
  openTunnel(
    client: TimedSocket,
    { connection, group }: { connection: UpstreamConnection; group: UpstreamGroup },
    agent: string,
  ): Tunnel {
    const { deadlines, limits, upstreams } = this
    const tunnel = new Tunnel({
      client,
      upstream: connection,
      silenceMs: limits.halfClosedMs,
      now: () => deadlines.nowMs,
      onClosed: () => {
        this.tunnels--
        upstreams.removeTunnel(agent)
        group.removeTunnel(tunnel)
      },
    })
    this.tunnels++
    upstreams.addTunnel(agent)
    group.addTunnel(tunnel)
    return tunnel
  }

  /** Lets go of all upstreams; no client may be left. */
  close(): void {
    this.upstreams.close()
    this.pages.retire()
    this.deadlines.stop()
  }

  onDefect(error: unknown): void {
    const detail = error instanceof Error ? error.stack : undefined
    this.options.log(
      `proxy: a connection was given up because of a defect: ${detail ?? messageOf(error)}`,
    )
  }

  /** A route that ended takes its tunnels with it even when nobody asks for anything. */
  private refresh(): void {
    try {
      this.currentTable()
    } catch (error) {
      this.options.log(`proxy: the routes could not be read: ${messageOf(error)}`)
    }
  }
}
