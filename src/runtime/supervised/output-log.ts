import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import type { StreamName } from '../container-stream.ts'

/** A piece of stored output and when it was written, in microseconds since 1970. */
export type LogEntry = { stream: StreamName; timeUs: number; bytes: Buffer }

/** Two files of this size at most; then the older goes. */
const FILE_MAX_BYTES = 50 * 1024 * 1024
const HEAD_BYTES = 13

/** The file before the current one. */
export function olderLog(path: string): string {
  return `${path}.1`
}

/** Appends output to a file: one byte of stream, eight of time, four of length, then the bytes. */
export class OutputLog implements Disposable {
  readonly #path: string
  #file: number
  #sizeBytes: number
  #lastUs = 0

  constructor(path: string) {
    this.#path = path
    this.#file = openSync(path, 'a', 0o600)
    this.#sizeBytes = fstatSync(this.#file).size
  }

  /** Throws the system's error when the disk takes no more. */
  append(stream: StreamName, bytes: Uint8Array, nowMs: number): void {
    if (this.#sizeBytes > FILE_MAX_BYTES) this.#startAnew()
    // Every entry has a time of its own, so that "after this time" is exact.
    this.#lastUs = Math.max(this.#lastUs + 1, nowMs * 1000)
    const entry = Buffer.allocUnsafe(HEAD_BYTES + bytes.length)
    entry[0] = stream === 'stdout' ? 1 : 2
    entry.writeDoubleBE(this.#lastUs, 1)
    entry.writeUInt32BE(bytes.length, 9)
    entry.set(bytes, HEAD_BYTES)
    writeSync(this.#file, entry)
    this.#sizeBytes += entry.length
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
  }

  #startAnew(): void {
    closeSync(this.#file)
    renameSync(this.#path, olderLog(this.#path))
    this.#file = openSync(this.#path, 'a', 0o600)
    this.#sizeBytes = 0
  }
}

/** Cuts what was read from such a file into entries; an unfinished one waits for the rest. */
export class LogDecoder {
  #pending: Buffer = Buffer.alloc(0)

  push(bytes: Uint8Array): LogEntry[] {
    this.#pending = Buffer.concat([this.#pending, bytes])
    const entries: LogEntry[] = []
    while (this.#pending.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + this.#pending.readUInt32BE(9)
      if (this.#pending.length < end) break
      entries.push({
        stream: this.#pending[0] === 2 ? 'stderr' : 'stdout',
        timeUs: this.#pending.readDoubleBE(1),
        bytes: this.#pending.subarray(HEAD_BYTES, end),
      })
      this.#pending = this.#pending.subarray(end)
    }
    return entries
  }
}
