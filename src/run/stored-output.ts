import { createReadStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { LineDecoder } from '../lib/line-decoder.ts'
import { faultPoint } from '../platform/fault-point.ts'
import { isDiskFull, noRoomLeft, writeFault } from '../platform/write-fault.ts'
import type { LogChunk, StreamName } from '../runtime/container-stream.ts'

/** A line of a run's stored output: bytes that are no UTF-8 were replaced. */
export type StoredLine = { timestamp?: string; stream: StreamName; text: string }

/** Longest line in UTF-16 units. A longer one is cut, so that output without line ends cannot fill memory. */
export const LINE_MAX = 64 * 1024

/** Every unit of a line may be escaped as six characters of JSON. */
const STORED_LINE_MAX = 6 * LINE_MAX + 1000

/**
 * Lines that are asked of a runtime once a run is over. Engines take about 7 µs for each, so at the size limit of their
 * own storage the end of a run of short lines would be held up for half a minute, and then given up.
 */
export const KEPT_LINES = 100_000

/** Written at once, in UTF-16 units. */
const BATCH_SIZE = 64 * 1024

const storedLineSchema = z.object({
  timestamp: z.string().optional(),
  stream: z.enum(['stdout', 'stderr']),
  text: z.string(),
})

/**
 * Writes a run's output, of which the runtime gave the last `keptLines`, as JSON Lines; where there may have been
 * more, a last line says so. The file appears under its name only when it is complete,
 * so a crash leaves either the old copy or none, and doing it again is harmless.
 */
export async function storeOutput(
  path: string,
  chunks: AsyncIterable<LogChunk>,
  keptLines = KEPT_LINES,
): Promise<void> {
  const unfinished = `${path}.unfinished`
  const file = await create(unfinished)
  try {
    for await (const text of encodedBatches(chunks, keptLines)) await file.writeFile(text)
    await file.close()
    if (globalThis.AGENT_FAULTS) faultPoint(() => 'output:written')
    renameSync(unfinished, path)
  } catch (error) {
    await file.close()
    rmSync(unfinished, { force: true })
    throw isDiskFull(error) ? noRoomLeft(path, error) : error
  }
}

async function create(path: string): Promise<FileHandle> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return await open(path, 'w', 0o600)
  } catch (cause) {
    throw writeFault(path, cause)
  }
}

async function* encodedBatches(
  chunks: AsyncIterable<LogChunk>,
  keptLines: number,
): AsyncIterable<string> {
  let pieces = 0
  let batch = ''
  for await (const line of linesOf(counted(chunks, () => pieces++))) {
    batch += encodeLine(line)
    if (batch.length < BATCH_SIZE) continue
    yield batch
    batch = ''
  }
  // A runtime counts its own pieces, of which a long line has several.
  if (pieces >= keptLines) batch += encodeLine(limitNote(keptLines))
  yield batch
}

async function* counted(
  chunks: AsyncIterable<LogChunk>,
  count: () => void,
): AsyncIterable<LogChunk> {
  for await (const chunk of chunks) {
    count()
    yield chunk
  }
}

function encodeLine(line: StoredLine): string {
  return `${JSON.stringify(line)}\n`
}

function limitNote(keptLines: number): StoredLine {
  return storedLine(
    'stderr',
    `agent: only the last ${keptLines} lines are kept after a run; what was before them is gone`,
    undefined,
  )
}

/** Lines of the output; each stream is cut into lines by itself. A line's time is that of its beginning. */
export async function* linesOf(chunks: AsyncIterable<LogChunk>): AsyncIterable<StoredLine> {
  const streams = new Map<StreamName, LineCutter>()
  for await (const chunk of chunks) {
    const cutter = streams.get(chunk.stream) ?? new LineCutter(chunk.stream)
    streams.set(chunk.stream, cutter)
    yield* cutter.take(chunk)
  }
  for (const cutter of streams.values()) yield* cutter.end()
}

/** Cuts one stream into lines. */
class LineCutter {
  readonly #stream: StreamName
  readonly #decoder = new TextDecoder()
  #begun = ''
  #timestamp: string | undefined

  constructor(stream: StreamName) {
    this.#stream = stream
  }

  /** The lines that a chunk completes. */
  *take({ bytes, timestamp }: LogChunk): Iterable<StoredLine> {
    const [first = '', ...others] = this.#decoder.decode(bytes, { stream: true }).split('\n')
    yield* this.#extend(first, timestamp)
    for (const text of others) {
      yield this.#line(this.#begun)
      this.#begun = ''
      yield* this.#extend(text, timestamp)
    }
  }

  /** What has no line end. */
  *end(): Iterable<StoredLine> {
    yield* this.#extend(this.#decoder.decode(), this.#timestamp)
    if (this.#begun !== '') yield this.#line(this.#begun)
  }

  *#extend(text: string, timestamp: string | undefined): Iterable<StoredLine> {
    if (this.#begun === '') this.#timestamp = timestamp
    this.#begun += text
    while (this.#begun.length > LINE_MAX) {
      const size = isHighSurrogate(this.#begun.charCodeAt(LINE_MAX - 1)) ? LINE_MAX - 1 : LINE_MAX
      yield this.#line(this.#begun.slice(0, size))
      this.#begun = this.#begun.slice(size)
    }
  }

  #line(text: string): StoredLine {
    return storedLine(this.#stream, text, this.#timestamp)
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

function storedLine(stream: StreamName, text: string, timestamp: string | undefined): StoredLine {
  return timestamp === undefined ? { stream, text } : { timestamp, stream, text }
}

/** The last `tail` lines of a stored output, or all; undefined when nothing was stored. */
export async function readStoredOutput(
  path: string,
  tail: number | undefined,
): Promise<StoredLine[] | undefined> {
  if (!existsSync(path)) return undefined
  const decoder = new LineDecoder(STORED_LINE_MAX)
  const bytes: AsyncIterable<Uint8Array> = createReadStream(path)
  const last: string[] = []
  for await (const chunk of bytes) {
    for (const line of decoder.push(chunk)) last.push(line)
    if (tail !== undefined && last.length > tail * 2 + 1000) last.splice(0, last.length - tail)
  }
  const wanted = tail === undefined ? last : last.slice(Math.max(0, last.length - tail))
  return wanted.map(decodeLine)
}

function decodeLine(json: string): StoredLine {
  const { stream, text, timestamp } = storedLineSchema.parse(JSON.parse(json))
  return storedLine(stream, text, timestamp)
}
