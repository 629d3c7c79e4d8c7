import type { Deadlines } from './deadlines.ts'
import { dial, type DialTarget } from './dial.ts'
import { TimedSocket } from './timed-socket.ts'
import type { ProxyLimits } from './proxy-limits.ts'
import type { RawSocket } from '../platform/raw-sockets.ts'
import { failureOf, type UpstreamFailure } from './upstream-failure.ts'

/** Who uses a connection to an upstream: an exchange, then perhaps the tunnel it became. */
export interface UpstreamUser {
  onUpstreamData(bytes: Buffer): void
  /** All that was sent to the upstream is on its way. */
  onUpstreamSent(): void
  /** The upstream sent FIN. */
  onUpstreamEnd(): void
  /** There is no connection (any more); nothing else will come from it. */
  onUpstreamGone(failure: UpstreamFailure): void
}

/** Whoever keeps the connections of one upstream. */
export interface UpstreamHome {
  /** Where to dial, the address that answered last first. */
  readonly targets: readonly DialTarget[]
  /** This address answered. */
  onReached(target: DialTarget): void
  /** The connection is gone. */
  onLost(connection: UpstreamConnection): void
  onDefect(error: unknown): void
}

/** A connection to an upstream; used by one exchange at a time, idle in between. */
export class UpstreamConnection extends TimedSocket {
  user: UpstreamUser | undefined
  /** It has carried a response before: when it closes now, that may be the upstream's idle limit. */
  isReused = false
  /** When it last completed a response, on the scale of `performance.now()`. */
  provenMs = 0

  private readonly home: UpstreamHome
  private readonly limits: ProxyLimits
  private readonly untried: DialTarget[]
  private target: DialTarget | undefined

  constructor(home: UpstreamHome, deadlines: Deadlines, limits: ProxyLimits) {
    super(deadlines)
    this.home = home
    this.limits = limits
    this.untried = [...home.targets]
  }

  /** Starts to connect. What is sent before it is open waits. */
  open(): void {
    this.target = this.untried.shift()
    if (this.target === undefined) return
    this.deadlineMs = this.deadlines.nowMs + this.limits.connectMs
    this.deadlines.add(this)
    dial(this.target, this, this.deadlines, this.limits.connectMs)
  }

  override onOpen(socket: RawSocket): void {
    this.deadlineMs = Infinity
    if (this.target !== undefined && !this.isClosed) this.home.onReached(this.target)
    super.onOpen(socket)
  }

  onConnectError(error: unknown): void {
    if (this.isClosed) return
    if (this.untried.length > 0) this.open()
    else this.fail(failureOf(error))
  }

  onData(bytes: Buffer): void {
    // Nobody asked: whatever it is, the next response could not be told from it (RFC 9112 §9.2).
    if (this.user === undefined) this.drop()
    else this.user.onUpstreamData(bytes)
  }

  onEnd(): void {
    this.peerEnded = true
    if (this.user === undefined) this.drop()
    else this.user.onUpstreamEnd()
  }

  /** While connecting: too late. While idle: no longer wanted. */
  onDeadline(): void {
    if (this.isOpen) this.drop()
    else this.fail({ kind: 'connect-timeout' })
  }

  onDefect(error: unknown): void {
    this.home.onDefect(error)
  }

  /** Closes it for good, without a word to its user. */
  drop(): void {
    if (this.isClosed) return
    this.user = undefined
    this.close()
  }

  protected override onSent(): void {
    this.user?.onUpstreamSent()
  }

  protected override onGone(): void {
    this.tellUser({ kind: 'closed' })
  }

  protected override onReleased(): void {
    this.home.onLost(this)
  }

  private fail(failure: UpstreamFailure): void {
    this.abort()
    this.tellUser(failure)
  }

  private tellUser(failure: UpstreamFailure): void {
    const { user } = this
    this.user = undefined
    user?.onUpstreamGone(failure)
  }
}
