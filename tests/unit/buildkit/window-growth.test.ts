import { expect, test } from 'bun:test'
import * as fc from 'fast-check'

import { WindowGrowth } from '../../../src/buildkit/window-growth.ts'

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.length, 0, 3)
  header[3] = type
  header[4] = flags
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, payload])
}

function settings(values: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.alloc(values.length * 6)
  for (const [index, [id, value]] of values.entries()) {
    payload.writeUInt16BE(id, index * 6)
    payload.writeUInt32BE(value, index * 6 + 2)
  }
  return frame(4, 0, 0, payload)
}

function update(stream: number, increment: number): Buffer {
  const payload = Buffer.alloc(4)
  payload.writeUInt32BE(increment)
  return frame(8, 0, stream, payload)
}

const ack = frame(4, 1, 0, new Uint8Array())
const headers = (stream: number): Buffer => frame(1, 4, stream, Buffer.from('headers'))
const data = (stream: number, length: number): Buffer =>
  frame(0, 0, stream, Buffer.alloc(length, 7))

function rewritten(
  frames: readonly Buffer[],
  { isServer = true, open = [5], pieceBytes = 1 << 20 } = {},
): Buffer {
  const growth = new WindowGrowth({ isServer, openStreams: () => open })
  const whole = Buffer.concat(isServer ? [preface, ...frames] : frames)
  const out: Buffer[] = []
  for (let start = 0; start < whole.length; start += pieceBytes) {
    // A copy, as from a socket.
    const piece = Buffer.from(whole.subarray(start, start + pieceBytes))
    out.push(...Array.from(growth.push(piece), (each) => Buffer.from(each)))
  }
  const joined = Buffer.concat(out)
  return isServer ? joined.subarray(preface.length) : joined
}

test('a larger window becomes an update of each open stream, the other settings stay', () => {
  const first = settings([[4, 65_535]])
  const grown = settings([
    [3, 100],
    [4, 131_004],
    [5, 16_384],
  ])
  const without = settings([
    [3, 100],
    [5, 16_384],
  ])
  const out = rewritten([first, ack, headers(5), grown, data(5, 10)], { open: [5, 7] })
  const updates = [update(5, 65_469), update(7, 65_469)]
  const expected = [first, ack, headers(5), without, ...updates, data(5, 10)]
  expect(out.equals(Buffer.concat(expected))).toBe(true)
})

test('settings without a size count as the size that HTTP/2 starts with', () => {
  const out = rewritten([settings([]), settings([[4, 65_536]])])
  expect(out.equals(Buffer.concat([settings([]), settings([]), update(5, 1)]))).toBe(true)
})

test('a stream that the other side opens after the growth gets all of it', () => {
  const grown = [settings([[4, 70_000]]), settings([[4, 80_000]]), settings([[4, 90_000]])]
  const out = rewritten([...grown, headers(9), data(9, 3)], { open: [] })
  const [first] = grown
  const expected = [first ?? ack, settings([]), settings([]), headers(9), update(9, 20_000)]
  expect(out.equals(Buffer.concat([...expected, data(9, 3)]))).toBe(true)
})

test('headers that are continued get the growth behind their end', () => {
  const parts = [frame(1, 0, 9, Buffer.from('a')), frame(9, 4, 9, Buffer.from('b'))]
  const grown = [settings([]), settings([[4, 65_536]])]
  const out = rewritten([...grown, ...parts], { open: [] })
  expect(out.equals(Buffer.concat([settings([]), settings([]), ...parts, update(9, 1)]))).toBe(true)
})

test('answers to our own calls are no new streams', () => {
  const frames = [settings([]), settings([[4, 65_536]]), headers(1)]
  const out = rewritten(frames, { isServer: false, open: [1] })
  expect(out.equals(Buffer.concat([settings([]), settings([]), update(1, 1), headers(1)]))).toBe(
    true,
  )
})

test('a smaller window goes through as it is', () => {
  const frames = [settings([[4, 100_000]]), settings([[4, 50_000]]), headers(3)]
  expect(rewritten(frames).equals(Buffer.concat(frames))).toBe(true)
})

test('the result is the same however the bytes are cut', () => {
  const piece = fc.oneof(
    fc.constant(ack),
    fc.integer({ min: 0, max: 40 }).map((length) => data(5, length)),
    fc.integer({ min: 1, max: 9 }).map(headers),
    fc.integer({ min: 1, max: 200_000 }).map((size) => settings([[4, size]])),
  )
  const frames = fc.array(piece, { maxLength: 12 })
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 30 }), (all, pieceBytes) => {
      expect(rewritten(all, { pieceBytes }).equals(rewritten(all))).toBe(true)
    }),
  )
})
