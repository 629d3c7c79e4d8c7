import { expect, test } from 'bun:test'
import * as fc from 'fast-check'

import { engineTime, TimestampSplitter } from '../../../src/docker/log-timestamps.ts'

const time = '2026-11-24T16:06:21.870884374Z'

test('a timestamp is taken off each frame, however its bytes come', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.string(), (size, text) => {
      const splitter = new TimestampSplitter({ isFramed: true })
      const bytes = Buffer.from(`${time} ${text}`)
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => [
        ...splitter.push({
          stream: 'stderr',
          bytes: bytes.subarray(index * size, (index + 1) * size),
          isStart: index === 0,
        }),
      ]).flat()
      expect(Buffer.concat(chunks.map((chunk) => chunk.bytes)).toString()).toBe(text)
      expect(
        chunks.every(({ timestamp, stream }) => timestamp === time && stream === 'stderr'),
      ).toBe(true)
    }),
  )
})

test("a TTY's output has one at the start of each line", () => {
  const splitter = new TimestampSplitter({ isFramed: false })
  const later = '2026-11-24T16:06:22.000000000Z'
  const bytes = Buffer.from(`${time} one\r\n${later} two words`)
  const chunks = [...splitter.push({ stream: 'stdout', bytes, isStart: false })]
  expect(chunks.map((chunk) => [chunk.timestamp, Buffer.from(chunk.bytes).toString()])).toEqual([
    [time, 'one\r\n'],
    [later, 'two words'],
  ])
})

test('output without a timestamp where one is due is passed on whole', () => {
  const splitter = new TimestampSplitter({ isFramed: true })
  const bytes = Buffer.from('x'.repeat(100))
  const chunks = [...splitter.push({ stream: 'stdout', bytes, isStart: true })]
  expect(chunks.map((chunk) => [chunk.timestamp, chunk.bytes.length])).toEqual([[undefined, 100]])
})

test('times become seconds and nanoseconds without losing any', () => {
  expect(engineTime('2026-01-31T12:00:00Z')).toBe('1769860800.000000000')
  expect(engineTime('2026-01-31T12:00:00.123456789+01:00')).toBe('1769857200.123456789')
})

for (const text of ['yesterday', '2026-01-31', '2026-13-31T12:00:00Z', '2026-01-31T12:00:00', '']) {
  test(`${JSON.stringify(text)} is not a time`, () => {
    expect(() => engineTime(text)).toThrow(`${JSON.stringify(text)} is not a time`)
  })
}
