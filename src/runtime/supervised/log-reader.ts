import { closeSync, existsSync, openSync, readSync, statSync, fstatSync } from 'node:fs'
import type { LogChunk, LogOptions } from '../container-stream.ts'
import { LastLines } from './last-lines.ts'
import { formatLogTime, parseLogTime } from './log-time.ts'
import { LogDecoder, type LogEntry, olderLog } from './output-log.ts'

const READ_BYTES = 256 * 1024

/**
 * Stored output of a container. `more` is asked after everything was read: it resolves with true when the
 * log may have grown, with false when nothing follows any more.
 */
export async function* readLog(
  path: string,
  options: LogOptions,
  more: () => Promise<boolean>,
): AsyncGenerator<LogChunk> {
  const { tail, timestamps, since } = options
  const sinceUs = since === undefined ? -Infinity : parseLogTime(since)
  const chunkOf = ({ stream, timeUs, bytes }: LogEntry): LogChunk => ({
    stream,
    bytes,
    ...(timestamps ? { timestamp: formatLogTime(timeUs) } : {}),
  })
  using file = new GrowingLog(path)
  const last = tail === undefined ? undefined : new LastLines(tail)
  for (const entry of file.read()) {
    if (entry.timeUs <= sinceUs) continue
    if (last === undefined) yield chunkOf(entry)
    else last.push(entry)
  }
  for (const entry of last?.entries() ?? []) yield chunkOf(entry)
  while (await more())
    for (const entry of file.read()) if (entry.timeUs > sinceUs) yield chunkOf(entry)
}

/** The files of a log, read on from where the last reading ended. */
class GrowingLog implements Disposable {
  readonly #path: string
  #file: number | undefined
  #decoder = new LogDecoder()

  constructor(path: string) {
    this.#path = path
    const older = olderLog(path)
    const first = existsSync(older) ? older : path
    this.#file = existsSync(first) ? openSync(first, 'r') : undefined
  }

  *read(): Generator<LogEntry> {
    for (;;) {
      yield* this.#rest()
      if (!this.#isReplaced()) return
      this[Symbol.dispose]()
      this.#file = openSync(this.#path, 'r')
      this.#decoder = new LogDecoder()
    }
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  *#rest(): Generator<LogEntry> {
    const buffer = Buffer.alloc(READ_BYTES)
    while (this.#file !== undefined) {
      const count = readSync(this.#file, buffer, 0, buffer.length, null)
      if (count === 0) return
      yield* this.#decoder.push(buffer.subarray(0, count))
    }
  }

  /** Whether the log goes on in another file than the one we have open. */
  #isReplaced(): boolean {
    if (!existsSync(this.#path)) return false
    return this.#file === undefined || fstatSync(this.#file).ino !== statSync(this.#path).ino
  }
}
