import { expect, test } from 'bun:test'
import * as fc from 'fast-check'

import { demux, FrameDecoder } from '../../../src/docker/demux.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

type Written = { kind: 0 | 1 | 2; payload: Uint8Array }

function frame(kind: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(8)
  header[0] = kind
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

/** Neighbouring pieces of one stream joined, since where a piece ends says nothing. */
function joined(pieces: Iterable<{ stream: string; bytes: Uint8Array }>): string[] {
  const parts: { stream: string; hex: string }[] = []
  for (const { stream, bytes } of pieces) {
    if (bytes.length === 0) continue
    const hex = Buffer.from(bytes).toString('hex')
    const last = parts.at(-1)
    if (last?.stream === stream) last.hex += hex
    else parts.push({ stream, hex })
  }
  return parts.map(({ stream, hex }) => `${stream} ${hex}`)
}

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted(
    (a, b) => a - b,
  )
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

async function* brokenOutput(): AsyncGenerator<Uint8Array> {
  yield Buffer.concat([frame(1, Buffer.from('good')), Buffer.from('HTTP/1.1 500')])
}

const frames = fc.array(
  fc.record<Written>({
    kind: fc.constantFrom(0, 1, 2),
    payload: fc.uint8Array({ maxLength: 40 }),
  }),
)

test('the output is the same however the bytes are cut', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat()), (written, cuts) => {
      const bytes = Buffer.concat(written.map(({ kind, payload }) => frame(kind, payload)))
      const decoder = new FrameDecoder()
      const pieces = split(bytes, cuts).flatMap((chunk) => [...decoder.push(chunk)])
      decoder.end()
      const expected = written.map(({ kind, payload }) => ({
        stream: kind === 2 ? 'stderr' : 'stdout',
        bytes: payload,
      }))
      expect(joined(pieces)).toEqual(joined(expected))
    }),
  )
})

test('each frame with content starts exactly once', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat()), (written, cuts) => {
      const bytes = Buffer.concat(written.map(({ kind, payload }) => frame(kind, payload)))
      const decoder = new FrameDecoder()
      const pieces = split(bytes, cuts).flatMap((chunk) => [...decoder.push(chunk)])
      const starts = pieces.filter(({ isStart }) => isStart).length
      expect(starts).toBe(written.filter(({ payload }) => payload.length > 0).length)
    }),
  )
})

test('an end inside of a frame is an error, wherever it is', () => {
  const bytes = frame(1, Buffer.from('hello'))
  for (let length = 1; length < bytes.length; length++) {
    const decoder = new FrameDecoder()
    Array.from(decoder.push(bytes.subarray(0, length)))
    expect(() => decoder.end()).toThrow('ended in the middle')
  }
})

test('what was sent before a wrong frame still comes out', async () => {
  const seen: string[] = []
  const reading = (async () => {
    for await (const { bytes } of demux(brokenOutput())) seen.push(Buffer.from(bytes).toString())
  })()
  expect((await rejectionOf(reading)).message).toContain('not a frame of output: 485454502f312e31')
  expect(seen).toEqual(['good'])
})

test("the engine's own error in the stream is thrown with its words", () => {
  const decoder = new FrameDecoder()
  const bytes = frame(3, Buffer.from('error grabbing logs: invalid character'))
  expect(() => Array.from(decoder.push(bytes))).toThrow('error grabbing logs: invalid character')
})

test('a frame of 4 GB is passed on without being gathered', () => {
  const decoder = new FrameDecoder()
  const header = Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])
  expect([...decoder.push(header)]).toEqual([])
  const chunk = new Uint8Array(64)
  const [piece] = decoder.push(chunk)
  expect(piece?.bytes.buffer).toBe(chunk.buffer)
})
