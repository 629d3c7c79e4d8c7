import type { AccessRecord } from './access-record.ts'
import { byte } from './byte-class.ts'
import { BodyReader } from './body-reader.ts'
import type { TimedSocket } from './timed-socket.ts'
import type { KeptRequest } from './kept-request.ts'
import { parsed } from './parse-result.ts'
import type { ProxyContext } from './proxy-context.ts'
import { releaseBytes } from './release-bytes.ts'
import type { ResponseHead } from './response-head.ts'
import { connectionLine, passesUnchanged, writeResponseHead } from './response-writer.ts'
import { offersAll } from './upgrade-offer.ts'
import type { UpstreamLink } from './upstream-link.ts'

/** The exchange a relay works for. Each call may end it. */
export interface ResponseEvents {
  /** Whether an interim response goes on to the client (RFC 9110 §15.2). */
  passesInterim(status: number): boolean
  /** The final head is about to be sent; answers whether the client's connection goes on after it. */
  onFinalHead(endsByClose: boolean): boolean
  /** The upstream changes the protocol as it was asked to; what follows the head belongs to the new one. */
  onSwitched(bytes: Buffer, from: number): void
  /** This is not HTTP, or not framed as it must be. */
  onBadResponse(reason: string): void
}

/** A body up to this size is copied to be sent together with its head. */
const joinedBytesMax = 16 * 1024

const emptyLine = Buffer.from('\r\n', 'latin1')

/** Passes one response after another from an upstream to the client, as bytes. */
export class ResponseRelay {
  /** Something came for this request: it must not be sent again. */
  hasBegun = false
  /** The final head was sent: no other response is possible. */
  isHeadSent = false
  isDone = true
  status = 0
  /** Bytes of the body as the client got them. */
  bodyBytes = 0
  /** The upstream's connection can carry another request. */
  leavesReusable = false
  /** The client recognises the end of the body by the end of the connection. */
  endsByClose = false

  private readonly context: ProxyContext
  private readonly client: TimedSocket
  private readonly link: UpstreamLink
  private readonly access: AccessRecord
  private readonly events: ResponseEvents
  private readonly body = new BodyReader()
  private partialHead: Buffer | undefined
  private isHeadRequest = false
  private answersHttp10 = false
  private wantsTunnel = false
  /** The protocols that the client offers to change to. */
  private offered = ''
  private unchunks = false

  constructor(
    context: ProxyContext,
    client: TimedSocket,
    link: UpstreamLink,
    access: AccessRecord,
    events: ResponseEvents,
  ) {
    this.context = context
    this.client = client
    this.link = link
    this.access = access
    this.events = events
  }

  /** Gets ready for the response to a request; `wantsTunnel`: a 101 is welcome. */
  begin(request: KeptRequest, wantsTunnel: boolean): void {
    this.hasBegun = false
    this.isHeadSent = false
    this.isDone = false
    this.status = 0
    this.bodyBytes = 0
    this.partialHead = undefined
    this.isHeadRequest = request.isHeadRequest
    this.answersHttp10 = request.isHttp10
    this.wantsTunnel = wantsTunnel
    this.offered = wantsTunnel ? request.readField('upgrade') : ''
  }

  onData(bytes: Buffer): void {
    this.hasBegun = true
    if (this.isHeadSent) {
      this.passBody(bytes)
    } else if (this.partialHead === undefined) {
      this.readHeads(bytes)
    } else {
      const joined = Buffer.concat([this.partialHead, bytes])
      this.partialHead = joined
      // Only the end of a line can end the head, and only then is it worth parsing it again.
      if (bytes.includes(byte.lineFeed) || joined.length > this.context.limits.responseHeadBytes) {
        this.readHeads(joined)
      }
    }
  }

  /** The upstream sent FIN. Whether that is the proper end of the response. */
  onEnd(): boolean {
    if (this.isHeadSent && this.body.framing === 'until-close') this.isDone = true
    return this.isDone
  }

  private readHeads(bytes: Buffer): void {
    const { responseHead: head, limits } = this.context
    let from = 0
    while (from < bytes.length) {
      head.answersHttp10 = this.answersHttp10
      const result = head.parse(bytes, from, bytes.length)
      const length = (result === parsed.complete ? head.end : bytes.length) - from
      if (result > parsed.complete) {
        this.events.onBadResponse('it is not valid HTTP/1.1')
        return
      }
      if (length > limits.responseHeadBytes) {
        this.events.onBadResponse('its head is too large')
        return
      }
      if (result === parsed.incomplete) break
      if (!head.isInterim) {
        this.partialHead = undefined
        this.passFinalHead(bytes, head)
        return
      }
      if (head.status === 101) {
        this.switchProtocols(bytes, head)
        return
      }
      if (this.events.passesInterim(head.status)) this.sendHead(bytes, head, '', head.end)
      from = head.end
    }
    this.partialHead = from === bytes.length ? undefined : bytes.subarray(from)
  }

  private switchProtocols(bytes: Buffer, head: ResponseHead): void {
    if (!this.wantsTunnel) {
      this.events.onBadResponse('it changes the protocol without being asked to')
      return
    }
    // A client that goes on in another protocol than its server may be made to say anything (RFC 9110 §7.8).
    const chosen = bytes.toString('latin1', head.upgradeStart, head.upgradeEnd)
    if (!offersAll(this.offered, chosen)) {
      this.events.onBadResponse('it changes to a protocol that was not asked for')
      return
    }
    const end = head.end
    this.status = 101
    this.isHeadSent = true
    this.sendHead(bytes, head, 'Connection: Upgrade\r\n', end)
    this.events.onSwitched(bytes, end)
  }

  private passFinalHead(bytes: Buffer, head: ResponseHead): void {
    const framing = head.framingFor(this.isHeadRequest)
    const bodyStart = head.end
    this.status = head.status
    this.unchunks = this.answersHttp10 && framing === 'chunked'
    this.endsByClose = this.unchunks || framing === 'until-close'
    this.leavesReusable = head.keepsAlive && framing !== 'until-close'
    this.body.begin(framing, head.contentLength, head.connection.nominatedCount > 0)
    const bodyEnd = this.unchunks ? bodyStart : this.body.read(bytes, bodyStart, bytes.length)
    if (bodyEnd < 0) {
      this.events.onBadResponse('its body is not chunked properly')
      return
    }
    const goesOn = this.events.onFinalHead(this.endsByClose)
    this.isHeadSent = true
    if (bodyEnd > bodyStart) this.access.seeBody(head.status, bytes, bodyStart, bodyEnd)
    this.bodyBytes = bodyEnd - bodyStart
    // RFC 9110 §6.6.1: who forwards a response without Date adds one.
    const date = head.hasDate ? '' : this.context.dateLine.current()
    const ours = date + connectionLine(goesOn, this.answersHttp10)
    this.sendHead(bytes, head, ours, this.unchunks ? bodyStart : this.body.passedEnd(bodyEnd))
    if (this.unchunks) this.passBody(bytes.subarray(bodyStart))
    else this.finishPart(bodyEnd < bytes.length)
  }

  /** Sends the head, and the body as far as `bodyEnd`, with as few writes and copies as possible. */
  private sendHead(bytes: Buffer, head: ResponseHead, ours: string, bodyEnd: number): void {
    if (passesUnchanged(bytes, head, ours)) {
      this.send(bytes, head.start, bodyEnd, false)
      return
    }
    const { scratch } = this.context
    const bodyStart = head.end
    let length = writeResponseHead(scratch, bytes, head, ours)
    const fits = bodyEnd - bodyStart <= Math.min(joinedBytesMax, scratch.length - length)
    if (fits) length += bytes.copy(scratch, length, bodyStart, bodyEnd)
    this.send(scratch, 0, length, true)
    if (!fits) this.send(bytes, bodyStart, bodyEnd, false)
  }

  private passBody(bytes: Buffer): void {
    if (this.unchunks) {
      this.passUnchunked(bytes)
      return
    }
    const end = this.body.read(bytes, 0, bytes.length)
    if (end < 0) {
      this.events.onBadResponse('its body is not chunked properly')
      return
    }
    if (this.bodyBytes === 0) this.access.seeBody(this.status, bytes, 0, end)
    this.bodyBytes += end
    this.send(bytes, 0, this.body.passedEnd(end), false)
    this.finishPart(end < bytes.length)
    if (!this.client.isBackedUp) releaseBytes(bytes)
  }

  /** HTTP/1.0 knows no chunks: only the data is sent (RFC 9112 §6.1). */
  private passUnchunked(bytes: Buffer): void {
    const { chunks } = this.body
    let position = 0
    while (position < bytes.length && !chunks.isDone) {
      const start = position
      const isData = chunks.isAtData
      position = isData
        ? chunks.passData(start, bytes.length)
        : chunks.scanFraming(bytes, start, bytes.length)
      if (position < 0) {
        this.events.onBadResponse('its body is not chunked properly')
        return
      }
      if (!isData) continue
      this.bodyBytes += position - start
      this.send(bytes, start, position, false)
    }
    this.body.isDone = chunks.isDone
    this.finishPart(position < bytes.length)
  }

  /** `hasMore`: the upstream sent more than the response, so that the next one could not be told apart. */
  private finishPart(hasMore: boolean): void {
    this.isDone = this.body.isDone
    if (this.body.owesEmptyLine && !this.unchunks) this.send(emptyLine, 0, emptyLine.length, false)
    if (hasMore) this.leavesReusable = false
  }

  private send(bytes: Buffer, from: number, to: number, isReused: boolean): void {
    // A slow client holds the upstream back.
    if (!this.client.send(bytes, from, to, isReused)) this.link.connection?.pauseReading()
  }
}
