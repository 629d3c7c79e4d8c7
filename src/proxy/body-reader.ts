import { ChunkedScanner } from './chunked-scanner.ts'

/** How the end of a message body is known (RFC 9112 §6.3). */
export type BodyFraming = 'none' | 'length' | 'chunked' | 'until-close'

/** Follows one body after another, in one direction of one connection. */
export class BodyReader {
  framing: BodyFraming = 'none'
  isDone = true
  readonly chunks = new ChunkedScanner()
  /** Bytes still to come of a body with Content-Length. */
  private remaining = 0

  begin(framing: BodyFraming, contentLength: number): void {
    this.framing = framing
    this.remaining = framing === 'length' ? contentLength : 0
    this.isDone = framing === 'none' || (framing === 'length' && contentLength === 0)
    if (framing === 'chunked') this.chunks.reset()
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
