import type { TimedSocket } from './timed-socket.ts'
import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts'

/**
 * Two connections joined after a 101 (RFC 9110 §7.8): bytes pass both ways unread, a slow side holds
 * back the other one, and a FIN passes on as a FIN.
 */
export class Tunnel implements UpstreamUser {
  private readonly client: TimedSocket
  private readonly upstream: UpstreamConnection
  private readonly silenceMs: number
  private readonly now: () => number
  private readonly onClosed: () => void
  private isClosed = false

  /** `onClosed` is called once; `silenceMs` bounds the time after one side's FIN. */
  constructor(options: {
    client: TimedSocket
    upstream: UpstreamConnection
    silenceMs: number
    now: () => number
    onClosed: () => void
  }) {
    this.client = options.client
    this.upstream = options.upstream
    this.silenceMs = options.silenceMs
    this.now = options.now
    this.onClosed = options.onClosed
    this.upstream.user = this
  }

  onClientData(bytes: Buffer): void {
    if (!this.upstream.send(bytes, 0, bytes.length)) this.client.pauseReading()
    this.postpone()
  }

  onClientSent(): void {
    this.upstream.resumeReading()
  }

  onClientEnd(): void {
    this.upstream.finish()
    this.client.deadlineMs = this.now() + this.silenceMs
  }

  onClientGone(): void {
    // After both FINs this is the regular end, and the upstream may still have bytes to get.
    if (this.client.peerEnded && this.upstream.peerEnded) {
      this.upstream.finish()
      this.upstream.deadlineMs = this.now() + this.silenceMs
    } else {
      this.upstream.drop()
    }
    this.settle()
  }

  onUpstreamData(bytes: Buffer): void {
    if (!this.client.send(bytes, 0, bytes.length)) this.upstream.pauseReading()
    this.postpone()
  }

  onUpstreamSent(): void {
    this.client.resumeReading()
  }

  onUpstreamEnd(): void {
    this.client.finish()
    this.client.deadlineMs = this.now() + this.silenceMs
  }

  onUpstreamGone(): void {
    if (this.upstream.peerEnded) this.client.finish()
    else this.client.abort()
    this.settle()
  }

  /** One side ended long ago and the other one is silent. */
  onDeadline(): void {
    this.close()
  }

  /** Ends both sides, because the route or the proxy is going away. */
  close(): void {
    this.upstream.drop()
    this.client.close()
    this.settle()
  }

  private postpone(): void {
    if (this.client.deadlineMs !== Infinity) this.client.deadlineMs = this.now() + this.silenceMs
  }

  private settle(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.onClosed()
  }
}
