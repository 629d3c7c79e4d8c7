import { ascii, byte } from './byte-class.ts'
import { ConnectionOptions } from './connection-options.ts'
import { FieldLine } from './field-line.ts'
import { parsed } from './parse-result.ts'
import { judgeTransferCoding, parseContentLength } from './transfer-coding.ts'

/** Field lines in one head: far above what anybody sends; bounds the work and the list of edits. */
const fieldLinesMax = 1000

const name = {
  upgrade: ascii('upgrade'),
  connection: ascii('connection'),
  keepAlive: ascii('keep-alive'),
  contentLength: ascii('content-length'),
  proxyConnection: ascii('proxy-connection'),
  transferEncoding: ascii('transfer-encoding'),
}

/**
 * The head of a request or a response, as positions in the bytes it was parsed from: nothing is
 * allocated for a message. One object is reused for all messages and holds the last one only.
 * What must not be forwarded (RFC 9110 §7.6.1) is collected as edits while parsing.
 */
export abstract class MessageHead {
  /** The first byte of the start line. */
  start = 0
  /** The first byte of the first field line, right after the start line's CR LF. */
  fieldsStart = 0
  /** The first byte after the empty line that ends the head. */
  end = 0
  /** The minor version of HTTP/1; a higher one counts as 1 (RFC 9110 §2.5). */
  minorVersion = 1
  /** -1 = not given. */
  contentLength = -1
  isChunked = false
  readonly connection = new ConnectionOptions()
  /** Which edit removes the Upgrade line, for a message that keeps it; -1 = none. */
  upgradeEdit = -1
  /** Pairs of start and end, in order: bytes that are not forwarded. */
  readonly edits = new Int32Array(2 * (fieldLinesMax + 1))
  editCount = 0

  protected readonly line = new FieldLine()
  private isSecondPass = false

  /** Whether blanks between a name and its colon are removed instead of refused (RFC 9112 §5.1). */
  protected abstract readonly repairsNames: boolean

  /** Takes a field that only this kind of message cares for: `complete`, or a status. */
  protected abstract takeOwnField(bytes: Buffer, line: FieldLine): number

  /** Parses the field lines that start at `from`, and the empty line after them. */
  protected parseFields(bytes: Buffer, from: number, to: number): number {
    this.fieldsStart = from
    this.isSecondPass = false
    this.connection.reset()
    this.resetFields()
    const result = this.parseLines(bytes, from, to)
    if (result !== parsed.complete || this.connection.nominatedCount === 0) return result
    // `Connection` may name fields that stand before it: go through the lines again, knowing them.
    this.isSecondPass = true
    this.resetFields()
    return this.parseLines(bytes, from, to)
  }

  protected resetFields(): void {
    this.contentLength = -1
    this.isChunked = false
    this.upgradeEdit = -1
    this.editCount = 0
  }

  /** Leaves `bytes[start, end)` out of what is forwarded. At most one edit a line. */
  protected cut(start: number, end: number): void {
    this.edits[2 * this.editCount] = start
    this.edits[2 * this.editCount + 1] = end
    this.editCount++
  }

  protected cutLine(line: FieldLine): number {
    this.cut(line.start, line.end)
    return parsed.complete
  }

  protected takeUpgrade(_bytes: Buffer, line: FieldLine): number {
    this.upgradeEdit = this.editCount
    return this.cutLine(line)
  }

  private parseLines(bytes: Buffer, from: number, to: number): number {
    const { line } = this
    let position = from
    for (let lines = 0; lines <= fieldLinesMax; lines++) {
      if (position >= to) return parsed.incomplete
      if (bytes[position] === byte.carriageReturn) return this.parseEmptyLine(bytes, position, to)
      const scanned = line.scan(bytes, position, to, this.repairsNames)
      if (scanned !== parsed.complete) return scanned
      const editsBefore = this.editCount
      const taken = this.takeField(bytes, line)
      if (taken !== parsed.complete) return taken
      if (line.colon > line.nameEnd && this.editCount === editsBefore) {
        this.cut(line.nameEnd, line.colon)
      }
      position = line.end
    }
    return parsed.tooManyFields
  }

  private parseEmptyLine(bytes: Buffer, position: number, to: number): number {
    if (position + 1 >= to) return parsed.incomplete
    if (bytes[position + 1] !== byte.lineFeed) return parsed.malformed
    this.end = position + 2
    // Two framings are how requests are smuggled (RFC 9112 §6.1, §6.3); HTTP/1.0 knows no chunks.
    const contradicts = this.isChunked && (this.contentLength >= 0 || this.minorVersion === 0)
    return contradicts ? parsed.malformed : parsed.complete
  }

  private takeField(bytes: Buffer, line: FieldLine): number {
    if (this.isSecondPass && this.connection.nominates(bytes, line.start, line.nameEnd)) {
      return this.cutLine(line)
    }
    switch (line.nameEnd - line.start) {
      case 7:
        if (!line.isNamed(bytes, name.upgrade)) break
        return this.takeUpgrade(bytes, line)
      case 10:
        if (line.isNamed(bytes, name.keepAlive)) return this.cutLine(line)
        if (!line.isNamed(bytes, name.connection)) break
        return this.takeConnection(bytes, line)
      case 14:
        if (!line.isNamed(bytes, name.contentLength)) break
        return this.takeContentLength(bytes, line)
      case 16:
        if (!line.isNamed(bytes, name.proxyConnection)) break
        return this.cutLine(line)
      case 17:
        if (!line.isNamed(bytes, name.transferEncoding)) break
        return this.takeTransferEncoding(bytes, line)
      default:
    }
    return this.takeOwnField(bytes, line)
  }

  private takeConnection(bytes: Buffer, line: FieldLine): number {
    this.cutLine(line)
    if (this.isSecondPass) return parsed.complete
    const isUsual = this.connection.read(bytes, line.valueStart, line.valueEnd)
    return isUsual ? parsed.complete : parsed.malformed
  }

  /** Equal repetitions become one line; everything else that is not one number is refused. */
  private takeContentLength(bytes: Buffer, line: FieldLine): number {
    const length = parseContentLength(bytes, line.valueStart, line.valueEnd)
    if (length < 0) return parsed.malformed
    if (this.contentLength < 0) {
      this.contentLength = length
      return this.keepsFraming() ? parsed.complete : this.cutLine(line)
    }
    return this.contentLength === length ? this.cutLine(line) : parsed.malformed
  }

  private takeTransferEncoding(bytes: Buffer, line: FieldLine): number {
    if (this.isChunked) return parsed.malformed
    const status = judgeTransferCoding(bytes, line.valueStart, line.valueEnd)
    if (status !== parsed.complete) return status
    this.isChunked = true
    return this.keepsChunks() ? parsed.complete : this.cutLine(line)
  }

  /** Whether Content-Length is forwarded. */
  protected keepsFraming(): boolean {
    return true
  }

  /** Whether Transfer-Encoding is forwarded, that is, the body stays chunked. */
  protected keepsChunks(): boolean {
    return true
  }
}
