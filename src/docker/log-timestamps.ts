import { UserError } from '../lib/errors.ts'
import type { LogChunk } from '../runtime/container-stream.ts'

import type { FramePiece } from './demux.ts'

const space = 0x20
const newline = 0x0a
/** `2006-01-02T15:04:05.000000000Z` is 30 bytes; anything much longer is no timestamp. */
const longestTimestamp = 40

/**
 * Takes the engine's timestamps off stored output. It writes one before each message: at the start of
 * a frame, or, where a TTY's output has no frames, at the start of a line.
 */
export class TimestampSplitter {
  readonly #isFramed: boolean
  #isExpected: boolean
  #pending = new Uint8Array(0)
  #timestamp: string | undefined

  constructor(options: { isFramed: boolean }) {
    this.#isFramed = options.isFramed
    this.#isExpected = !options.isFramed
  }

  *push(piece: FramePiece): Generator<LogChunk> {
    if (piece.isStart && this.#isFramed) this.#isExpected = true
    let rest = piece.bytes
    while (rest.length > 0) {
      if (this.#isExpected) {
        const after = this.#takeTimestamp(rest)
        if (after === undefined) return
        rest = after
        continue
      }
      const end = this.#isFramed ? -1 : rest.indexOf(newline)
      const bytes = end < 0 ? rest : rest.subarray(0, end + 1)
      rest = rest.subarray(bytes.length)
      this.#isExpected = end >= 0
      yield {
        stream: piece.stream,
        bytes,
        ...(this.#timestamp !== undefined && { timestamp: this.#timestamp }),
      }
    }
  }

  /** What follows the timestamp, or undefined when it has not ended yet. */
  #takeTimestamp(bytes: Uint8Array): Uint8Array | undefined {
    const all = Buffer.concat([this.#pending, bytes])
    const end = all.indexOf(space)
    if (end < 0 && all.length <= longestTimestamp) {
      this.#pending = all
      return undefined
    }
    this.#pending = new Uint8Array(0)
    this.#isExpected = false
    const isTimestamp = end >= 0 && end <= longestTimestamp
    this.#timestamp = isTimestamp ? all.subarray(0, end).toString('latin1') : undefined
    return isTimestamp ? all.subarray(end + 1) : all
  }
}

/**
 * A time of RFC 3339 as the engine takes it: seconds since 1970 with nanoseconds, which a number
 * could not hold. Throws a `UserError` that shows anything else.
 */
export function engineTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i.exec(text)
  const timeMs = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`)
  if (match === null || Number.isNaN(timeMs)) {
    throw new UserError(`${JSON.stringify(text)} is not a time`, {
      fix: 'write 2026-01-31T12:00:00Z',
    })
  }
  return `${timeMs / 1000}.${(match[2] ?? '').padEnd(9, '0')}`
}
