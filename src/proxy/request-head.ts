import { ascii, byte, equalsIgnoringCase, isDigits } from './byte-class.ts'
import type { FieldLine } from './field-line.ts'
import { MessageHead } from './message-head.ts'
import { parsed } from './parse-result.ts'
import { RequestLine } from './request-line.ts'
import { parseContentLength } from './transfer-coding.ts'
import { countOwnPasses } from './via.ts'

const name = {
  te: ascii('te'),
  via: ascii('via'),
  host: ascii('host'),
  proxy: ascii('proxy'),
  expect: ascii('expect'),
  forwarded: ascii('forwarded'),
  maxForwards: ascii('max-forwards'),
  forwardedFor: ascii('x-forwarded-for'),
  forwardedHost: ascii('x-forwarded-host'),
  forwardedPort: ascii('x-forwarded-port'),
  forwardedProto: ascii('x-forwarded-proto'),
}
const continueExpectation = ascii('100-continue')

/** A larger number counts as this one (RFC 9110 §7.6.2). */
const maxForwardsMax = 999_999_999_999_999

/** A request's head. Set {@link trustsPeer} before parsing. */
export class RequestHead extends MessageHead {
  /** Whether what the peer says about the hops before it is kept; otherwise it is cut. */
  trustsPeer = true

  readonly requestLine = new RequestLine()
  /** The host that counts: of an absolute target, else of the Host field. */
  hostStart = 0
  hostEnd = 0
  expectsContinue = false
  /** `TE: trailers`. */
  acceptsTrailers = false
  /** Of TRACE and OPTIONS; -1 = not given (RFC 9110 §7.6.2). */
  maxForwards = -1
  /** How often this proxy has passed the request on already. */
  ownPasses = 0
  /** Which edit marks the place to append to X-Forwarded-For; -1 = there is none. */
  forwardedForEdit = -1
  /** Whether the peer says which origin it was asked for: X-Forwarded-Host, -Proto or -Port. */
  hasForwardedHost = false
  hasForwardedProto = false
  hasForwardedPort = false

  protected override readonly repairsNames = false
  private hasHost = false
  private isHttp2Upgrade = false

  /** Parses the head that starts at `from`; one empty line before it is skipped (RFC 9112 §2.2). */
  parse(bytes: Buffer, from: number, to: number): number {
    const isEmptyLine = bytes[from] === byte.carriageReturn && from < to
    if (isEmptyLine && from + 1 >= to) return parsed.incomplete
    this.start = isEmptyLine && bytes[from + 1] === byte.lineFeed ? from + 2 : from
    const line = this.requestLine.parse(bytes, this.start, to)
    if (line !== parsed.complete) return line
    this.minorVersion = this.requestLine.minorVersion
    const fields = this.parseFields(bytes, this.requestLine.end, to)
    if (fields !== parsed.complete) return fields
    return this.hasHost ? parsed.complete : parsed.malformed
  }

  get hasBody(): boolean {
    return this.isChunked || this.contentLength > 0
  }

  /** RFC 9110 §9.2.2. */
  get isIdempotent(): boolean {
    return this.requestLine.method !== 'other'
  }

  /** Whether the client asks for another protocol, one that is tunnelled (RFC 9110 §7.8, RFC 6455 §4.1). */
  get wantsTunnel(): boolean {
    if (this.upgradeEdit < 0 || !this.connection.upgrade || this.isHttp2Upgrade) return false
    return this.requestLine.method === 'GET' && this.minorVersion === 1 && !this.hasBody
  }

  /** Whether the client's connection may carry another request after this one (RFC 9112 §9.3). */
  get keepsAlive(): boolean {
    if (this.connection.close) return false
    return this.minorVersion === 1 || this.connection.keepAlive
  }

  protected override resetFields(): void {
    super.resetFields()
    const { isAbsolute, authorityStart, authorityEnd } = this.requestLine
    this.hasHost = false
    this.hostStart = isAbsolute ? authorityStart : 0
    this.hostEnd = isAbsolute ? authorityEnd : 0
    this.expectsContinue = false
    this.acceptsTrailers = false
    this.maxForwards = -1
    this.ownPasses = 0
    this.forwardedForEdit = -1
    this.hasForwardedHost = false
    this.hasForwardedProto = false
    this.hasForwardedPort = false
    this.isHttp2Upgrade = false
  }

  protected override takeOwnField(bytes: Buffer, line: FieldLine): number {
    switch (line.nameEnd - line.start) {
      case 2:
        return line.isNamed(bytes, name.te) ? this.takeTe(bytes, line) : parsed.complete
      case 3:
        if (line.isNamed(bytes, name.via)) {
          this.ownPasses += countOwnPasses(bytes, line.valueStart, line.valueEnd)
        }
        return parsed.complete
      case 4:
        return line.isNamed(bytes, name.host) ? this.takeHost(line) : parsed.complete
      case 5:
        // Programs run by CGI would take it for their proxy's address ("httpoxy").
        return line.isNamed(bytes, name.proxy) ? this.cutLine(line) : parsed.complete
      case 6:
        return line.isNamed(bytes, name.expect) ? this.takeExpect(bytes, line) : parsed.complete
      case 12:
        return line.isNamed(bytes, name.maxForwards)
          ? this.takeMaxForwards(bytes, line)
          : parsed.complete
      default:
        return this.takeForwarded(bytes, line)
    }
  }

  protected override takeUpgrade(bytes: Buffer, line: FieldLine): number {
    // `h2c` would change the protocol of all requests that follow, which a tunnel cannot route.
    const offers = bytes.toString('latin1', line.valueStart, line.valueEnd)
    if (/(^|,)\s*h2/i.test(offers)) this.isHttp2Upgrade = true
    return super.takeUpgrade(bytes, line)
  }

  private takeHost(line: FieldLine): number {
    if (this.hasHost) return parsed.malformed
    this.hasHost = true
    if (this.requestLine.isAbsolute) return this.cutLine(line)
    this.hostStart = line.valueStart
    this.hostEnd = line.valueEnd
    return parsed.complete
  }

  private takeTe(bytes: Buffer, line: FieldLine): number {
    const codings = bytes.toString('latin1', line.valueStart, line.valueEnd)
    if (/(^|,)\s*trailers\s*(,|$)/i.test(codings)) this.acceptsTrailers = true
    return this.cutLine(line)
  }

  private takeExpect(bytes: Buffer, line: FieldLine): number {
    if (!equalsIgnoringCase(bytes, line.valueStart, line.valueEnd, continueExpectation)) {
      return parsed.complete
    }
    // HTTP/1.0 does not know it and must not get an answer to it (RFC 9110 §10.1.1).
    if (this.minorVersion === 0) return this.cutLine(line)
    this.expectsContinue = true
    return parsed.complete
  }

  private takeMaxForwards(bytes: Buffer, line: FieldLine): number {
    const { method } = this.requestLine
    if (method !== 'OPTIONS' && method !== 'TRACE') return parsed.complete
    const { valueStart, valueEnd } = line
    const limit = parseContentLength(bytes, valueStart, valueEnd)
    if (limit < 0 && !isDigits(bytes, valueStart, valueEnd)) return parsed.complete
    this.maxForwards = limit < 0 ? maxForwardsMax : limit
    return this.cutLine(line)
  }

  private takeForwarded(bytes: Buffer, line: FieldLine): number {
    if (line.isNamed(bytes, name.forwardedFor)) {
      if (!this.trustsPeer || line.valueStart === line.valueEnd) return this.cutLine(line)
      this.forwardedForEdit = this.editCount
      this.cut(line.valueEnd, line.valueEnd)
      return parsed.complete
    }
    const isHost = line.isNamed(bytes, name.forwardedHost)
    const isProto = line.isNamed(bytes, name.forwardedProto)
    const isPort = line.isNamed(bytes, name.forwardedPort)
    if (!isHost && !isProto && !isPort && !line.isNamed(bytes, name.forwarded)) {
      return parsed.complete
    }
    if (!this.trustsPeer) return this.cutLine(line)
    this.hasForwardedHost ||= isHost
    this.hasForwardedProto ||= isProto
    this.hasForwardedPort ||= isPort
    return parsed.complete
  }
}
