import { AccessRecord } from './access-record.ts'
import { chooseDestination } from './destination.ts'
import type { ExchangeClient } from './exchange-client.ts'
import type { HostRouting } from './host-routing.ts'
import type { ProxyContext } from './proxy-context.ts'
import type { RefusalStatus } from './refusal.ts'
import { releaseBytes } from './release-bytes.ts'
import { RequestRelay } from './request-relay.ts'
import { Responder, type ResponderEvents } from './responder.ts'
import { type ResponseEvents, ResponseRelay } from './response-relay.ts'
import type { UpstreamFailure } from './upstream-failure.ts'

const continueResponse = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n', 'latin1')

/**
 * One request and its response, both directions side by side: an upstream may answer before it has
 * read the request. One object serves all requests of a client's connection, one after another.
 */
export class Exchange implements ResponderEvents, ResponseEvents {
  private readonly context: ProxyContext
  private readonly client: ExchangeClient
  private readonly routing: HostRouting
  private readonly request: RequestRelay
  private readonly response: ResponseRelay
  private readonly responder: Responder
  private readonly access: AccessRecord

  private isActive = false
  /** Whether the client's connection carries another request after this one. */
  private goesOn = true
  /** What the client had got when it was last looked whether it still gets anything. */
  private seenBytes = 0

  constructor(context: ProxyContext, client: ExchangeClient, routing: HostRouting) {
    this.context = context
    this.client = client
    this.routing = routing
    this.request = new RequestRelay(context)
    this.responder = new Responder(context, client, this.request, this)
    this.access = new AccessRecord(context)
    this.response = new ResponseRelay(context, client, this.responder.link, this.access, this)
  }

  /** What the client sends has to wait, because it is not known yet where to send it. */
  get isQueued(): boolean {
    return this.responder.link.isQueued
  }

  /** Starts with the head that the shared parser has just read from `bytes`. */
  begin(bytes: Buffer): void {
    const { requestHead: head } = this.context
    const next = this.request.begin(bytes)
    this.activate()
    if (next < 0) {
      this.refuse(400)
      return
    }
    this.client.keepAhead(bytes, next)
    const routed = this.routing.route(bytes, head)
    const destination = chooseDestination(bytes, head, routed)
    if (destination.kind === 'service') {
      this.access.begin(destination.route, bytes)
      this.responder.askService(routed, destination)
    } else if (destination.kind === 'page') {
      this.responder.answer(destination.subject)
    } else {
      this.refuse(destination.status)
    }
  }

  /** Answers a head that is larger than allowed; `bytes` is what came of it. */
  beginTooLarge(bytes: Buffer, start: number, trustsPeer: boolean): void {
    this.request.beginFragment(bytes, start, trustsPeer)
    this.activate()
    this.responder.answer({
      kind: 'head-too-large',
      limitBytes: this.context.limits.headBytes,
    })
  }

  /** More bytes from the client, which may be gone then; the position of those that belong to later requests. */
  onClientData(bytes: Buffer): number {
    const upstream = this.responder.bodyTaker
    const end = this.request.passBody(bytes, upstream)
    if (end < 0) {
      if (this.response.isHeadSent) this.cutShort()
      else this.refuse(400)
      return bytes.length
    }
    if (upstream?.isBackedUp === true) {
      if (!this.request.isDone) this.client.pauseReading()
    } else if (end === bytes.length) {
      releaseBytes(bytes)
    }
    return end
  }

  onClientSent(): void {
    this.responder.link.connection?.resumeReading()
  }

  /** FIN from the client. It may be gone or still want the response: it gets what makes progress. */
  onClientEnd(): void {
    if (this.request.isDone) {
      this.watchProgress()
    } else {
      this.cancel()
      this.client.close()
    }
  }

  onDeadline(): void {
    if (this.isQueued) {
      this.responder.onQueuedTooLong()
    } else if (this.request.awaitsContinue) {
      this.client.deadlineMs = Infinity
      if (!this.request.continues()) return
      this.client.send(continueResponse, 0, continueResponse.length)
    } else if (this.seenBytes === this.response.bodyBytes) {
      this.cancel()
      this.client.abort()
    } else {
      this.watchProgress()
    }
  }

  /** Ends the exchange, with what the client has got so far. */
  cancel(): void {
    if (!this.isActive) return
    this.isActive = false
    this.responder.reset()
    this.request.kept.release()
    this.access.end(this.response.status, this.response.bodyBytes)
  }

  /** Ends the exchange if both directions are through. */
  settle(): void {
    if (!this.isActive || !this.response.isDone) return
    if (this.goesOn && !this.request.isDone) return
    const isUnfinished = this.responder.bodyTaker !== undefined && !this.request.isDone
    if (this.response.leavesReusable && !isUnfinished) this.responder.link.giveBack()
    this.cancel()
    this.client.onExchangeDone(this.goesOn)
  }

  onAsking(wantsTunnel: boolean): void {
    this.response.begin(this.request.kept, wantsTunnel)
    const { deadlines, limits } = this.context
    const mayHang = this.request.awaitsContinue && this.responder.bodyTaker !== undefined
    this.client.deadlineMs = mayHang ? deadlines.nowMs + limits.expectMs : Infinity
    if (this.client.peerEnded) this.watchProgress()
  }

  onWaited(): void {
    this.client.replayAhead()
  }

  onUpstreamData(bytes: Buffer): void {
    this.response.onData(bytes)
    this.settle()
  }

  onUpstreamSent(): void {
    this.client.resumeReading()
  }

  onUpstreamEnd(): void {
    const isProper = this.response.onEnd()
    this.responder.link.drop()
    this.client.resumeReading()
    if (isProper) this.settle()
    else this.onNoResponse({ kind: 'closed' })
  }

  onUpstreamGone(failure: UpstreamFailure): void {
    this.responder.link.lose()
    this.client.resumeReading()
    if (!this.response.isDone) this.onNoResponse(failure)
  }

  passesInterim(status: number): boolean {
    if (this.request.kept.isHttp10) return false
    return status !== 100 || this.request.continues()
  }

  onFinalHead(endsByClose: boolean): boolean {
    const { kept, awaitsContinue } = this.request
    const { service } = this.responder
    kept.release()
    if (service !== undefined) service.group.hasAnswered = true
    // A client that got its answer instead of a 100 may send the body or not, and nobody could tell the
    // next request from it.
    const isOpenEnded = endsByClose || awaitsContinue || this.context.isStopping
    this.goesOn = kept.keepsAlive && !isOpenEnded
    return this.goesOn
  }

  onSwitched(bytes: Buffer, from: number): void {
    const agent = this.responder.service?.route.agent ?? ''
    const detached = this.responder.link.detach()
    this.cancel()
    if (detached === undefined) return
    const tunnel = this.context.openTunnel(this.client, detached, agent)
    this.client.onTunnel(tunnel)
    if (from < bytes.length) tunnel.onUpstreamData(bytes.subarray(from))
  }

  onBadResponse(reason: string): void {
    this.responder.link.drop()
    this.onNoResponse({ kind: 'bad-response', reason })
  }

  /** Answers without a page and ends the connection. */
  refuse(status: RefusalStatus): void {
    this.cancel()
    this.client.refuse(status)
  }

  private activate(): void {
    this.context.requests++
    this.isActive = true
    this.goesOn = true
    this.response.begin(this.request.kept, false)
  }

  private watchProgress(): void {
    this.seenBytes = this.response.bodyBytes
    this.client.deadlineMs = this.context.deadlines.nowMs + this.context.limits.abandonedMs
  }

  private onNoResponse(failure: UpstreamFailure): void {
    if (this.response.isHeadSent) this.cutShort()
    else this.responder.onFailure(failure, this.response.hasBegun)
  }

  /**
   * The response broke off. The client must see that it is not whole (RFC 9112 §8): a plain end tells
   * it, but for a body that ends with the connection, where only a reset does.
   */
  private cutShort(): void {
    const { endsByClose } = this.response
    this.cancel()
    if (endsByClose) this.client.abort()
    else this.client.leave()
  }
}
