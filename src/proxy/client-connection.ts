import { byte } from './byte-class.ts'
import type { ClientOrigin } from './client-origin.ts'
import type { EndingClient } from './client-registry.ts'
import type { ExchangeClient } from './exchange-client.ts'
import { Exchange } from './exchange.ts'
import { TimedSocket } from './timed-socket.ts'
import { isLoopback, plainAddress } from './forwarded-fields.ts'
import { HostRouting } from './host-routing.ts'
import { parsed } from './parse-result.ts'
import type { ProxyContext } from './proxy-context.ts'
import { refusalFor, refusalResponse, type RefusalStatus } from './refusal.ts'
import type { RawSocket } from '../platform/raw-sockets.ts'
import type { Tunnel } from './tunnel.ts'

/**
 * A client's connection: reads heads, has each request answered before the next one is looked at
 * (RFC 9112 §9.3.2), and ends in a way that lets the client read everything first.
 */
export class ClientConnection extends TimedSocket implements ExchangeClient, EndingClient {
  /** `head`: between requests, or within a head. `leaving`: our FIN is sent, the client's is not here. */
  private phase: 'head' | 'exchange' | 'tunnel' | 'leaving' = 'head'
  /** What came of a head, or of the requests after the present one. */
  private ahead: Buffer | undefined
  private tunnel: Tunnel | undefined
  private readonly exchange: Exchange
  private readonly trustsPeer: boolean
  private readonly context: ProxyContext

  constructor(context: ProxyContext, origin: ClientOrigin) {
    super(context.deadlines)
    const address = plainAddress(origin.address)
    this.context = context
    const isOfThisMachine = isLoopback(address) && origin.runId === undefined
    this.trustsPeer = context.options.trustsLoopback !== false && isOfThisMachine
    this.exchange = new Exchange(context, this, new HostRouting(context, { ...origin, address }))
  }

  override onOpen(socket: RawSocket): void {
    super.onOpen(socket)
    const { clients, limits } = this.context
    clients.add(this)
    this.deadlines.add(this)
    this.deadlineMs = this.deadlines.nowMs + limits.idleMs
    if (clients.size <= limits.clients) return
    this.refuse(503)
    // Waiting for it takes a descriptor, which the clients that were let in need for their upstreams.
    if (clients.size > limits.clients + limits.clientsTurnedAway) this.close()
  }

  /** It was the client that connected. */
  onConnectError(): void {}

  onData(bytes: Buffer): void {
    switch (this.phase) {
      case 'head':
        this.readHead(bytes)
        break
      case 'exchange':
        if (this.exchange.isQueued) this.keepAhead(bytes, 0)
        else this.passToExchange(bytes)
        break
      case 'tunnel':
        this.tunnel?.onClientData(bytes)
        break
      case 'leaving':
        break
    }
  }

  onEnd(): void {
    this.peerEnded = true
    if (this.phase === 'exchange') this.exchange.onClientEnd()
    else if (this.phase === 'tunnel') this.tunnel?.onClientEnd()
    else this.leave()
  }

  onDeadline(): void {
    switch (this.phase) {
      case 'head':
        if (this.ahead === undefined) this.leave()
        else this.refuse(408)
        break
      case 'exchange':
        this.exchange.onDeadline()
        break
      case 'tunnel':
        this.tunnel?.onDeadline()
        break
      case 'leaving':
        // A slow reader has as long as it needs, one that is done only does not close.
        if (this.isBackedUp) this.deadlineMs = this.deadlines.nowMs + this.context.limits.lingerMs
        else this.close()
        break
    }
  }

  onDefect(error: unknown): void {
    this.context.onDefect(error)
    this.exchange.cancel()
  }

  refuse(status: RefusalStatus): void {
    const response = refusalResponse(status, this.context.options.clock.now())
    this.send(response, 0, response.length)
    this.leave()
  }

  leave(): void {
    this.phase = 'leaving'
    this.ahead = undefined
    this.deadlineMs = this.deadlines.nowMs + this.context.limits.lingerMs
    this.finish()
  }

  keepAhead(bytes: Buffer, from: number): void {
    if (from === bytes.length) return
    const rest = bytes.subarray(from)
    this.ahead = this.ahead === undefined ? rest : Buffer.concat([this.ahead, rest])
    if (this.ahead.length > this.context.limits.aheadBytes) this.pauseReading()
  }

  replayAhead(): void {
    const { ahead } = this
    if (ahead === undefined) return
    this.ahead = undefined
    this.resumeReading()
    this.passToExchange(ahead)
  }

  onExchangeDone(goesOn: boolean): void {
    if (!goesOn) {
      this.leave()
      return
    }
    this.phase = 'head'
    this.deadlineMs = this.deadlines.nowMs + this.context.limits.idleMs
    this.resumeReading()
    const { ahead } = this
    this.ahead = undefined
    if (ahead !== undefined) this.parseHead(ahead)
    if (!this.peerEnded) return
    if (this.phase === 'head') this.leave()
    else if (this.phase === 'exchange') this.exchange.onClientEnd()
  }

  onTunnel(tunnel: Tunnel): void {
    const { ahead } = this
    this.phase = 'tunnel'
    this.tunnel = tunnel
    this.ahead = undefined
    this.resumeReading()
    if (ahead !== undefined) tunnel.onClientData(ahead)
    if (this.peerEnded) tunnel.onClientEnd()
    else this.deadlineMs = Infinity
  }

  endSoon(): void {
    if (this.phase === 'head') this.leave()
    else if (this.phase === 'tunnel') this.tunnel?.close()
  }

  endNow(): void {
    this.exchange.cancel()
    this.abort()
  }

  protected override onSent(): void {
    if (this.phase === 'exchange') this.exchange.onClientSent()
    else if (this.phase === 'tunnel') this.tunnel?.onClientSent()
  }

  protected override onGone(): void {
    if (this.phase === 'tunnel') this.tunnel?.onClientGone()
    else this.exchange.cancel()
  }

  protected override onReleased(): void {
    this.context.clients.remove(this)
  }

  private passToExchange(bytes: Buffer): void {
    const { length } = bytes
    const next = this.exchange.onClientData(bytes)
    if (this.phase !== 'exchange') return
    if (next < length) this.keepAhead(bytes, next)
    this.exchange.settle()
  }

  private readHead(bytes: Buffer): void {
    if (this.ahead === undefined) {
      this.parseHead(bytes)
      return
    }
    const joined = Buffer.concat([this.ahead, bytes])
    this.ahead = joined
    // Only the end of a line can end the head, and only then is it worth parsing it again.
    if (bytes.includes(byte.lineFeed) || joined.length > this.context.limits.headBytes) {
      this.parseHead(joined)
    }
  }

  /** What is too large is the target (RFC 9112 §3), or else the fields. */
  private answerTooLarge(bytes: Buffer, start: number): void {
    const lineEnd = bytes.indexOf(byte.lineFeed, start)
    if (lineEnd < 0 || lineEnd - start > this.context.limits.headBytes) {
      this.refuse(414)
      return
    }
    this.phase = 'exchange'
    this.exchange.beginTooLarge(bytes, start, this.trustsPeer)
  }

  private parseHead(bytes: Buffer): void {
    const { requestHead: head, limits } = this.context
    head.trustsPeer = this.trustsPeer
    const result = head.parse(bytes, 0, bytes.length)
    const length = result === parsed.complete ? head.end : bytes.length
    this.ahead = undefined
    if (result > parsed.complete && result !== parsed.tooManyFields) {
      this.refuse(refusalFor(result))
    } else if (result === parsed.tooManyFields || length > limits.headBytes) {
      this.answerTooLarge(bytes, head.start)
    } else if (result === parsed.incomplete) {
      const latestMs = this.deadlines.nowMs + limits.headMs
      this.deadlineMs = Math.min(this.deadlineMs, latestMs)
      this.ahead = bytes
    } else {
      this.phase = 'exchange'
      this.exchange.begin(bytes)
    }
  }
}
