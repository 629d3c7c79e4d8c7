import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import { z } from 'zod'
import type { LogChunk, StreamName } from '../runtime/container-stream.ts'

/** A line of a run's stored output: bytes that are no UTF-8 were replaced. */
export type StoredLine = { timestamp?: string; stream: StreamName; text: string }

const storedLineSchema = z.object({
  timestamp: z.string().optional(),
  stream: z.enum(['stdout', 'stderr']),
  text: z.string(),
})

/**
 * Writes a run's whole output as JSON Lines. The file appears under its name only when it is complete,
 * so a crash leaves either the old copy or none, and doing it again is harmless.
 */
export async function storeOutput(path: string, chunks: AsyncIterable<LogChunk>): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const unfinished = `${path}.unfinished`
  const file = createWriteStream(unfinished, { mode: 0o600 })
  for await (const line of linesOf(chunks)) {
    if (!file.write(`${JSON.stringify(line)}\n`))
      await new Promise<void>((resolve) => {
        file.once('drain', resolve)
      })
  }
  file.end()
  await finished(file)
  renameSync(unfinished, path)
}

/** Lines of the output; each stream is cut into lines by itself. A chunk's time is its first line's. */
export async function* linesOf(chunks: AsyncIterable<LogChunk>): AsyncIterable<StoredLine> {
  const pending = new Map<StreamName, { decoder: TextDecoder; text: string; timestamp?: string }>()
  for await (const { stream, bytes, timestamp } of chunks) {
    const part = pending.get(stream) ?? { decoder: new TextDecoder(), text: '' }
    pending.set(stream, part)
    if (part.text === '' && timestamp !== undefined) part.timestamp = timestamp
    const texts = (part.text + part.decoder.decode(bytes, { stream: true })).split('\n')
    part.text = texts.pop() ?? ''
    for (const text of texts) {
      yield storedLine(stream, text, part.timestamp)
      if (timestamp !== undefined) part.timestamp = timestamp
    }
  }
  for (const [stream, { text, timestamp }] of pending)
    if (text !== '') yield storedLine(stream, text, timestamp)
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
  const last: StoredLine[] = []
  for await (const text of createInterface({ input: createReadStream(path) })) {
    const { stream, text: line, timestamp } = storedLineSchema.parse(JSON.parse(text))
    last.push(storedLine(stream, line, timestamp))
    if (tail !== undefined && last.length > tail * 2 + 1000) last.splice(0, last.length - tail)
  }
  return tail === undefined ? last : last.slice(Math.max(0, last.length - tail))
}
