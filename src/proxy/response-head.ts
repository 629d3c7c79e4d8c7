import { agrees, ascii, byte, digitAt, fieldByte } from './byte-class.ts'
import type { BodyFraming } from './body-reader.ts'
import type { FieldLine } from './field-line.ts'
import { MessageHead } from './message-head.ts'
import { parsed } from './parse-result.ts'

const protocol = ascii('HTTP/1.')
/** The bytes of `HTTP/1.1 200`. */
const statusEnd = 12
const name = { te: ascii('te'), date: ascii('date'), trailer: ascii('trailer') }

/**
 * A response's head. Set {@link answersHttp10} before parsing. Whatever status a mistake has, it means
 * the upstream sent something that is not to be passed on.
 */
export class ResponseHead extends MessageHead {
  /** Whether the client speaks HTTP/1.0 and must not get a chunked body (RFC 9112 §6.1). */
  answersHttp10 = false

  status = 0
  hasDate = false
  /** Which protocols a 101 changes to; the last Upgrade line counts. */
  upgradeStart = 0
  upgradeEnd = 0

  protected override readonly repairsNames = true

  /** Parses the head that starts at `from`. */
  parse(bytes: Buffer, from: number, to: number): number {
    this.start = from
    if (!agrees(bytes, from, to, protocol)) return parsed.malformed
    if (to - from <= statusEnd) return parsed.incomplete
    this.status = statusAt(bytes, from)
    if (this.status < 100) return parsed.malformed
    this.minorVersion = bytes[from + 7] === byte.zero ? 0 : 1
    // The reason phrase may be empty, and many leave out the blank before it as well.
    let position = from + statusEnd
    const next = bytes[position]
    if (next !== byte.space && next !== byte.carriageReturn) return parsed.malformed
    while (position < to && fieldByte[bytes[position] ?? 0] === 1) position++
    if (position >= to) return parsed.incomplete
    if (bytes[position] !== byte.carriageReturn) return parsed.malformed
    if (position + 1 >= to) return parsed.incomplete
    if (bytes[position + 1] !== byte.lineFeed) return parsed.malformed
    return this.parseFields(bytes, position + 2, to)
  }

  /** 1xx: another head follows (RFC 9110 §15.2). */
  get isInterim(): boolean {
    return this.status < 200
  }

  /** How the body ends that follows this head (RFC 9112 §6.3). */
  framingFor(isHeadRequest: boolean): BodyFraming {
    if (isHeadRequest || this.status === 204 || this.status === 304) return 'none'
    if (this.isChunked) return 'chunked'
    return this.contentLength >= 0 ? 'length' : 'until-close'
  }

  /** Whether the upstream's connection may carry another request after this one (RFC 9112 §9.3). */
  get keepsAlive(): boolean {
    if (this.connection.close) return false
    return this.minorVersion === 1 || this.connection.keepAlive
  }

  /** Only the 101 that starts a tunnel says so to the client. */
  protected override takeUpgrade(bytes: Buffer, line: FieldLine): number {
    if (this.status !== 101) return super.takeUpgrade(bytes, line)
    this.upgradeStart = line.valueStart
    this.upgradeEnd = line.valueEnd
    return parsed.complete
  }

  protected override resetFields(): void {
    super.resetFields()
    this.hasDate = false
    this.upgradeStart = 0
    this.upgradeEnd = 0
  }

  protected override takeOwnField(bytes: Buffer, line: FieldLine): number {
    switch (line.nameEnd - line.start) {
      case 2:
        return line.isNamed(bytes, name.te) ? this.cutLine(line) : parsed.complete
      case 4:
        if (line.isNamed(bytes, name.date)) this.hasDate = true
        return parsed.complete
      case 7:
        if (!this.answersHttp10 || !line.isNamed(bytes, name.trailer)) return parsed.complete
        return this.cutLine(line)
      default:
        return parsed.complete
    }
  }

  /** 1xx and 204 have no body and must not speak of one (RFC 9110 §8.6). */
  protected override keepsFraming(): boolean {
    return this.status >= 200 && this.status !== 204
  }

  protected override keepsChunks(): boolean {
    return !this.answersHttp10 && this.keepsFraming()
  }
}

/** The status in `HTTP/1.x NNN`, or 0 when those are not digits. */
function statusAt(bytes: Uint8Array, from: number): number {
  if (bytes[from + 8] !== byte.space || digitAt(bytes, from + 7) < 0) return 0
  const hundreds = digitAt(bytes, from + 9)
  const tens = digitAt(bytes, from + 10)
  const ones = digitAt(bytes, from + 11)
  return hundreds < 0 || tens < 0 || ones < 0 ? 0 : hundreds * 100 + tens * 10 + ones
}
