import { BodyReader } from './body-reader.ts'
import type { ForwardedFields } from './forwarded-fields.ts'
import { KeptRequest } from './kept-request.ts'
import { parsed } from './parse-result.ts'
import type { ProxyContext } from './proxy-context.ts'
import { writeRequestHead } from './request-writer.ts'
import type { UpstreamConnection } from './upstream-connection.ts'

/** What came of a body with its head is copied to be sent together with it up to this size. */
const joinedBytesMax = 16 * 1024

const emptyLine = Buffer.from('\r\n', 'latin1')

/** Passes one request after another from the client to an upstream, as bytes. */
export class RequestRelay {
  readonly kept = new KeptRequest()
  /** The client waits for a 100 before it sends the body, and has not got one (RFC 9110 §10.1.1). */
  awaitsContinue = false
  private answeredExpectation = false
  private readonly body = new BodyReader()
  /** The end of what came of the body with the head, and is passed on. */
  private earlyEnd = 0
  private readonly context: ProxyContext

  constructor(context: ProxyContext) {
    this.context = context
  }

  /** The whole request was read from the client. */
  get isDone(): boolean {
    return this.body.isDone
  }

  /**
   * Starts with the head that was just parsed from `bytes`. The position of what the client sent after
   * this request, as far as can be told yet; -1 = the body is malformed.
   */
  begin(bytes: Buffer): number {
    const { requestHead: head } = this.context
    this.kept.keep(bytes, head)
    const framing = head.isChunked ? 'chunked' : head.hasBody ? 'length' : 'none'
    this.body.begin(framing, head.contentLength, head.connection.nominatedCount > 0)
    this.awaitsContinue = head.expectsContinue && head.hasBody && head.end === bytes.length
    this.answeredExpectation = false
    const next = this.body.read(bytes, head.end, bytes.length)
    this.earlyEnd = this.body.passedEnd(next)
    return next
  }

  /** Starts with a head that will not be read to its end. */
  beginFragment(bytes: Buffer, start: number, trustsPeer: boolean): void {
    this.kept.keepFragment(bytes, start, trustsPeer)
    this.body.begin('none', 0, false)
    this.awaitsContinue = false
  }

  /** A 100 is about to be sent to the client; false = it has got one. */
  continues(): boolean {
    this.awaitsContinue = false
    const isFirst = !this.answeredExpectation
    this.answeredExpectation = true
    return isFirst
  }

  /** Makes the shared parser hold this request's head again. */
  recallHead(): void {
    const { requestHead: head } = this.context
    const { bytes, start, trustsPeer } = this.kept
    head.trustsPeer = trustsPeer
    const result = head.parse(bytes, start, bytes.length)
    if (result !== parsed.complete) throw new Error(`a head that was valid is ${result}`)
  }

  /** Sends the head that the shared parser holds, and what came of the body with it. */
  sendHead(upstream: UpstreamConnection, forwarded: ForwardedFields): void {
    const { scratch, requestHead: head } = this.context
    const { bytes, end } = this.kept
    let length = writeRequestHead(scratch, bytes, head, forwarded)
    const fits = this.earlyEnd - end <= Math.min(joinedBytesMax, scratch.length - length)
    if (fits) length += bytes.copy(scratch, length, end, this.earlyEnd)
    upstream.send(scratch, 0, length, true)
    if (!fits) upstream.send(bytes, end, this.earlyEnd)
    if (this.body.owesEmptyLine) upstream.send(emptyLine, 0, emptyLine.length)
  }

  /**
   * Reads more of the body and sends it, if anybody is to get it. The position after it; -1 = malformed.
   */
  passBody(bytes: Buffer, upstream: UpstreamConnection | undefined): number {
    const end = this.body.read(bytes, 0, bytes.length)
    if (end > 0) {
      this.awaitsContinue = false
      upstream?.send(bytes, 0, this.body.passedEnd(end))
      if (this.body.owesEmptyLine) upstream?.send(emptyLine, 0, emptyLine.length)
    }
    return end
  }
}
