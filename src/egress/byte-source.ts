import type { Socket } from 'node:net'
import { withCode } from './limits.ts'

/** A socket read piece by piece, at the reader's pace, with a way to put back what was read too far. */
export class ByteSource {
  readonly #chunks: AsyncIterator<unknown>
  #pending: Buffer = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#chunks = socket.iterator({ destroyOnReturn: false })
  }

  /** The next bytes, or undefined at the end; rejects when the connection broke. */
  async next(): Promise<Buffer | undefined> {
    if (this.#pending.length > 0) return this.#takePending()
    const step = await this.#chunks.next()
    if (step.done === true) return undefined
    return Buffer.isBuffer(step.value) ? step.value : this.next()
  }

  /** At most `max` bytes. */
  async nextAtMost(max: number): Promise<Buffer | undefined> {
    const bytes = await this.next()
    if (bytes === undefined || bytes.length <= max) return bytes
    this.#pending = bytes.subarray(max)
    return bytes.subarray(0, max)
  }

  /** Lets go of the socket, so that it can be piped: an iterator that listens would keep it from flowing. */
  async release(): Promise<Buffer> {
    await this.#chunks.return?.()
    return this.#takePending()
  }

  #takePending(): Buffer {
    const bytes = this.#pending
    this.#pending = Buffer.alloc(0)
    return bytes
  }

  /** The bytes before `mark`, which is consumed; rejects when it is not found within `maxBytes` or the end comes first. */
  async until(mark: string, maxBytes: number): Promise<string> {
    let seen: Buffer = Buffer.alloc(0)
    for (;;) {
      const more = await this.next()
      if (more === undefined) throw endedEarly()
      seen = seen.length === 0 ? more : Buffer.concat([seen, more])
      const at = seen.indexOf(mark)
      if (at > maxBytes || (at < 0 && seen.length > maxBytes)) throw invalidAnswer('is too long')
      if (at < 0) continue
      this.#pending = seen.subarray(at + mark.length)
      return seen.toString('latin1', 0, at)
    }
  }
}

export function endedEarly(): Error {
  return withCode('the connection ended before the whole answer came', 'EENDED')
}

/** An answer that is not HTTP; `problem` continues "a part of its answer …". */
export function invalidAnswer(problem: string): Error {
  return withCode(`a part of its answer ${problem}`, 'EINVALIDANSWER')
}
