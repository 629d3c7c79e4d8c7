import type { Deadlines } from './deadlines.ts'
import type { DialTarget } from './dial.ts'
import type { ProxyLimits } from './proxy-limits.ts'
import { type UpstreamHome, UpstreamConnection } from './upstream-connection.ts'

/**
 * What kind of connection a request needs: `any`; one that is `proven` to be alive, for a request
 * that may not be sent twice; a `fresh` one.
 */
export type ConnectionNeed = 'any' | 'proven' | 'fresh'

/** A request that waits for its turn. */
export interface UpstreamWaiter {
  onUpstreamReady(connection: UpstreamConnection): void
}

export type UpstreamGroupOptions = {
  targets: readonly DialTarget[]
  deadlines: Deadlines
  limits: ProxyLimits
  onDefect: (error: unknown) => void
}

/** All connections to one upstream: at most so many, idle ones reused, requests beyond that queued. */
export class UpstreamGroup implements UpstreamHome {
  targets: readonly DialTarget[]
  /** It has answered a request: when it fails from now on, it is not starting any more. */
  hasAnswered = false
  private readonly tunnels = new Set<{ close(): void }>()
  private isRetired = false
  private readonly members = new Set<UpstreamConnection>()
  /** Unused ones, the one used last at the end. */
  private readonly idle: UpstreamConnection[] = []
  private readonly waiting = new Set<UpstreamWaiter>()
  private readonly options: UpstreamGroupOptions

  constructor(options: UpstreamGroupOptions) {
    this.options = options
    this.targets = options.targets
  }

  get idleCount(): number {
    return this.idle.length
  }

  get openCount(): number {
    return this.members.size
  }

  /** A connection; or `queued`: `waiter` will get one; or `saturated`. */
  acquire(
    need: ConnectionNeed,
    waiter: UpstreamWaiter,
  ): UpstreamConnection | 'queued' | 'saturated' {
    const reusable = this.takeIdle(need)
    if (reusable !== undefined) return reusable
    const { connectionsPerUpstream, queuePerUpstream } = this.options.limits
    if (this.members.size >= connectionsPerUpstream) this.idle[0]?.drop()
    if (this.members.size < connectionsPerUpstream) return this.connect()
    if (this.waiting.size >= queuePerUpstream) return 'saturated'
    this.waiting.add(waiter)
    return 'queued'
  }

  /** Takes a request out of the queue. */
  forget(waiter: UpstreamWaiter): void {
    this.waiting.delete(waiter)
  }

  /** Takes back a connection that completed a response and can carry another request. */
  release(connection: UpstreamConnection): void {
    connection.user = undefined
    connection.isReused = true
    connection.provenMs = performance.now()
    const waiter = this.nextWaiter()
    if (waiter !== undefined) {
      waiter.onUpstreamReady(connection)
    } else if (this.isRetired) {
      connection.drop()
    } else {
      connection.resumeReading()
      connection.deadlineMs = this.options.deadlines.nowMs + this.options.limits.upstreamIdleMs
      this.idle.push(connection)
    }
  }

  /** The connection is gone, or became a tunnel: it does not count any more. */
  onLost(connection: UpstreamConnection): void {
    if (!this.members.delete(connection)) return
    const position = this.idle.indexOf(connection)
    if (position >= 0) this.idle.splice(position, 1)
    const waiter = this.nextWaiter()
    if (waiter !== undefined) waiter.onUpstreamReady(this.connect())
  }

  /** Takes note of a tunnel, to close it with the route. */
  addTunnel(tunnel: { close(): void }): void {
    this.tunnels.add(tunnel)
    if (this.isRetired) tunnel.close()
  }

  removeTunnel(tunnel: { close(): void }): void {
    this.tunnels.delete(tunnel)
  }

  onReached(target: DialTarget): void {
    if (target === this.targets[0]) return
    this.targets = [target, ...this.targets.filter((other) => other !== target)]
  }

  onDefect(error: unknown): void {
    this.options.onDefect(error)
  }

  /**
   * The route is gone: closes idle connections and tunnels. Responses that are under way end when
   * the upstream ends them.
   */
  retire(): void {
    this.isRetired = true
    for (const connection of this.idle.splice(0)) connection.drop()
    for (const tunnel of this.tunnels) tunnel.close()
  }

  private connect(): UpstreamConnection {
    const connection = new UpstreamConnection(this, this.options.deadlines, this.options.limits)
    this.members.add(connection)
    connection.open()
    return connection
  }

  private takeIdle(need: ConnectionNeed): UpstreamConnection | undefined {
    if (need === 'fresh') return undefined
    const latest = this.idle[this.idle.length - 1]
    if (latest === undefined) return undefined
    if (need === 'proven' && !this.isProven(latest)) return undefined
    this.idle.pop()
    latest.deadlineMs = Infinity
    return latest
  }

  private isProven(connection: UpstreamConnection): boolean {
    return performance.now() - connection.provenMs <= this.options.limits.provenMs
  }

  private nextWaiter(): UpstreamWaiter | undefined {
    for (const waiter of this.waiting) {
      this.waiting.delete(waiter)
      return waiter
    }
    return undefined
  }
}
