import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  LINE_MAX,
  linesOf,
  readStoredOutput,
  type StoredLine,
  storeOutput,
} from '../../../src/run/stored-output.ts'
import type { LogChunk, StreamName } from '../../../src/runtime/container-stream.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

describe('the lines of an output', () => {
  test('are the same however the bytes are cut, for each stream by itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someChunk, { maxLength: 12 }), async (chunks) => {
        const lines = await collect(linesOf(asIterable(chunks)))
        for (const name of ['stdout', 'stderr'] as const) {
          const bytes = Buffer.concat(chunks.filter(({ stream }) => stream === name).map(bytesOf))
          const texts = lines.filter(({ stream }) => stream === name).map(({ text }) => text)
          expect(texts).toEqual(linesIn(bytes))
        }
      }),
      { numRuns: 300 },
    )
  })

  test('that are no UTF-8 have replacement characters, also at the very end', async () => {
    expect(await textsOf([Buffer.from([0x61, 0xff, 0x0a, 0xe2, 0x82])])).toEqual([
      'a\ufffd',
      '\ufffd',
    ])
  })

  test('keep a last one without line end, and add none after a line end', async () => {
    expect(await textsOf(['a\n\nb'])).toEqual(['a', '', 'b'])
    expect(await textsOf(['a\n'])).toEqual(['a'])
    expect(await textsOf(['', ''])).toEqual([])
  })

  test('have the time at which each began', async () => {
    const chunks = [at('1', 'a'), at('2', 'b\nc\nd'), at('3', '\n'), at('4', 'e\n'), at('5', 'f')]
    const lines = await collect(linesOf(asIterable(chunks)))
    expect(lines.map(({ timestamp, text }) => `${timestamp} ${text}`)).toEqual([
      '1 ab',
      '2 c',
      '2 d',
      '4 e',
      '5 f',
    ])
  })

  test('have no time where the runtime gave none', async () => {
    const chunks = [at('1', 'a\n'), { stream: 'stdout', bytes: Buffer.from('b\n') } as const]
    expect(await collect(linesOf(asIterable(chunks)))).toEqual([
      { stream: 'stdout', text: 'a', timestamp: '1' },
      { stream: 'stdout', text: 'b' },
    ])
  })

  test('that never end are cut, between characters and at the same places for every chunking', async () => {
    const long = `${'x'.repeat(LINE_MAX - 1)}${'😀'.repeat(LINE_MAX)}end`
    const whole = await textsOf([long])
    expect(whole.join('')).toBe(long)
    expect(whole.length).toBeGreaterThan(2)
    for (const text of whole) {
      expect(text.length).toBeLessThanOrEqual(LINE_MAX)
      expect(text.isWellFormed()).toBe(true)
    }
    const bytes = Buffer.from(long)
    const pieces = Array.from({ length: Math.ceil(bytes.length / 70_001) }, (_zero, index) =>
      bytes.subarray(index * 70_001, (index + 1) * 70_001),
    )
    expect(await textsOf(pieces)).toEqual(whole)
  })
})

describe('a stored output', () => {
  test('is read as it was written, or its last lines', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'runs', 'run_1', 'output.jsonl')
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 20 }).filter(isOneLine), {
      maxLength: 10,
    })
    await fc.assert(
      fc.asyncProperty(texts, fc.nat({ max: 12 }), async (lines, tail) => {
        await storeOutput(path, asIterable(lines.map((text) => at('t', `${text}\n`))))
        const expected = lines.map((text) => ({ timestamp: 't', stream: 'stdout' as const, text }))
        expect(await readStoredOutput(path, undefined)).toEqual(expected)
        expect(await readStoredOutput(path, tail)).toEqual(expected.slice(-tail || lines.length))
      }),
    )
  }, 30_000)

  test('holds line separators of Unicode as parts of a line', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'output.jsonl')
    await storeOutput(path, asIterable([at('t', 'a\u2028b\u2029c\u0085d\r\ne\rf\n')]))
    const lines = await readStoredOutput(path, undefined)
    expect(lines?.map(({ text }) => text)).toEqual(['a\u2028b\u2029c\u0085d\r', 'e\rf'])
  })

  test('of many lines gives the last ones', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'output.jsonl')
    const text = Array.from({ length: 5000 }, (_zero, index) => `${index}\n`).join('')
    await storeOutput(path, asIterable([at('t', text)]))
    const lines = await readStoredOutput(path, 3)
    expect(lines?.map((line) => line.text)).toEqual(['4997', '4998', '4999'])
    expect(await readStoredOutput(path, 0)).toEqual([])
  })

  test('that was never written is undefined, and an empty one is empty', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'output.jsonl')
    expect(await readStoredOutput(path, 10)).toBeUndefined()
    await storeOutput(path, asIterable([]))
    expect(await readStoredOutput(path, 10)).toEqual([])
  })

  test('says so at its end where the runtime may have had more than it was asked for', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'output.jsonl')
    const last = async (lines: number): Promise<string | undefined> => {
      const chunks = Array.from({ length: lines }, (_line, number) => at('t', `${number}\n`))
      await storeOutput(path, asIterable(chunks), 3)
      return (await readStoredOutput(path, 1))?.[0]?.text
    }
    expect(await last(2)).toBe('1')
    expect(await last(3)).toBe(
      'agent: only the last 3 lines are kept after a run; what was before them is gone',
    )
  })

  test('belongs to its owner alone', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'runs', 'output.jsonl')
    await storeOutput(path, asIterable([at('t', 'secret\n')]))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder.path, 'runs')).mode & 0o777).toBe(0o700)
  })

  test('appears under its name only when it is whole; a failure leaves the copy before it', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'output.jsonl')
    expect((await rejectionOf(storeOutput(path, failing()))).message).toBe('the engine went away')
    expect(readdirSync(folder.path)).toEqual([])
    writeFileSync(path, 'before\n')
    await rejectionOf(storeOutput(path, failing()))
    expect(readFileSync(path, 'utf8')).toBe('before\n')
    expect(readdirSync(folder.path)).toEqual(['output.jsonl'])
  })

  test('that cannot be written is an error of the call, not of the process', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'output.jsonl')
    mkdirSync(`${path}.unfinished`)
    const many = Array.from({ length: 100 }, () => at('t', 'x'.repeat(10_000)))
    const error = await rejectionOf(storeOutput(path, asIterable(many)))
    expect(error.message).toBe(`cannot write ${path}.unfinished`)
  })
})

const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('a', '\n', '\r', '€', '😀') }).map((text) => Buffer.from(text)),
)
const someChunk = fc.record({
  stream: fc.constantFrom<StreamName>('stdout', 'stderr'),
  bytes: someBytes,
})

/** The model: everything at once. */
function linesIn(bytes: Uint8Array): string[] {
  const lines = new TextDecoder().decode(bytes).split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function isOneLine(text: string): boolean {
  // A byte order mark at the very start is no part of the text.
  return !text.includes('\n') && text.isWellFormed() && !text.startsWith('\ufeff')
}

function at(timestamp: string, text: string): LogChunk {
  return { stream: 'stdout', bytes: Buffer.from(text), timestamp }
}

function bytesOf({ bytes }: LogChunk): Uint8Array {
  return bytes
}

async function textsOf(parts: readonly (string | Uint8Array)[]): Promise<string[]> {
  const chunks = parts.map((part) => ({ stream: 'stdout' as const, bytes: Buffer.from(part) }))
  const lines = await collect(linesOf(asIterable(chunks)))
  return lines.map(({ text }) => text)
}

async function* asIterable(chunks: readonly LogChunk[]): AsyncIterable<LogChunk> {
  yield* chunks
}

async function collect(lines: AsyncIterable<StoredLine>): Promise<StoredLine[]> {
  return Array.fromAsync(lines)
}

async function* failing(): AsyncIterable<LogChunk> {
  yield at('t', 'half\n')
  throw new Error('the engine went away')
}
