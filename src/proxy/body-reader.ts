import { ChunkedScanner } from './chunked-scanner.ts'

/** How the end of a message body is known (RFC 9112 §6.3). */
export type BodyFraming = 'none' | 'length' | 'chunked' | 'until-close'

/** Follows one body after another, in one direction of one connection. */
export class BodyReader {
  framing: BodyFraming = 'none'
  isDone = true
  readonly chunks = new ChunkedScanner()
  /** The sender says of some field that it is for this hop only: no trailer goes on (RFC 9110 §7.6.1). */
  private dropsTrailers = false
  /** Bytes still to come of a body with Content-Length. */
  private remaining = 0

  begin(framing: BodyFraming, contentLength: number, dropsTrailers: boolean): void {
    this.framing = framing
    this.dropsTrailers = dropsTrailers && framing === 'chunked'
    this.remaining = framing === 'length' ? contentLength : 0
    this.isDone = framing === 'none' || (framing === 'length' && contentLength === 0)
    if (framing === 'chunked') this.chunks.reset()
  }

  /** The end of what is passed on of the bytes that were read last, up to `end`. */
  passedEnd(end: number): number {
    return this.dropsTrailers && this.chunks.trailersFrom >= 0 ? this.chunks.trailersFrom : end
  }

  /** The body was passed on up to its trailers and has come to its end: an empty line has to follow. */
  get owesEmptyLine(): boolean {
    return this.dropsTrailers && this.isDone
  }

  /** The position after the last byte of `bytes[from, to)` that belongs to the body; -1 = malformed. */
  read(bytes: Uint8Array, from: number, to: number): number {
    if (this.isDone) return from
    if (this.framing === 'length') {
      const end = Math.min(to, from + this.remaining)
      this.remaining -= end - from
      this.isDone = this.remaining === 0
      return end
    }
    if (this.framing === 'chunked') {
      const end = this.chunks.scan(bytes, from, to)
      this.isDone = this.chunks.isDone
      return end
    }
    return to
  }
}
