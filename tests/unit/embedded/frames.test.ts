import { expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import * as fc from 'fast-check'
import { encodeFrame, FRAME, FrameDecoder } from '../../../src/runtime/supervised/frames.ts'
import { LastLines } from '../../../src/runtime/supervised/last-lines.ts'
import { exportScript } from '../../../src/embedded/sandbox-scripts.ts'

/** The bytes, cut anywhere. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  )
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

test('frames come out as they went in, wherever the stream is cut', () => {
  const frame = fc.record({
    kind: fc.constantFrom(...Object.values(FRAME)),
    payload: fc.uint8Array({ maxLength: 50 }),
  })
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.nat()), (frames, places) => {
      const stream = Buffer.concat(frames.map(({ kind, payload }) => encodeFrame(kind, payload)))
      const decoder = new FrameDecoder()
      const decoded = cut(stream, places).flatMap((piece) => decoder.push(piece))
      expect(decoded.map(({ kind, payload }) => ({ kind, payload: [...payload] }))).toEqual(
        frames.map(({ kind, payload }) => ({ kind, payload: [...payload] })),
      )
    }),
  )
})

test('the last lines are those of the whole, wherever the output is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-c]{0,4}$/), { maxLength: 30 }),
      fc.array(fc.nat()),
      fc.nat({ max: 10 }),
      (lines, places, wanted) => {
        const text = Buffer.from(lines.map((line) => `${line}\n`).join(''))
        const last = new LastLines(wanted)
        for (const bytes of cut(text, places)) last.push({ stream: 'stdout', timeUs: 0, bytes })
        const kept = Buffer.concat(last.entries().map(({ bytes }) => bytes)).toString()
        const expected = lines.slice(Math.max(0, lines.length - wanted))
        expect(kept).toBe(expected.map((line) => `${line}\n`).join(''))
      },
    ),
  )
})

test('a shell reads back every value it is given', () => {
  const value = fc.string({ maxLength: 40 }).filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(value, (text) => {
      const script = `${exportScript({ A_VALUE: text, 'not-a-name': 'x' })}printf %s "$A_VALUE"`
      const { stdout } = spawnSync('sh', ['-c', script])
      expect(stdout.toString()).toBe(Buffer.from(text).toString())
    }),
    { numRuns: 40 },
  )
})
