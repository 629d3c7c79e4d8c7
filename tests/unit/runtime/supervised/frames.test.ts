import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { encodeFrame, FRAME, FrameDecoder } from '../../../../src/runtime/supervised/frames.ts'
import { cut } from './cut-anywhere.ts'

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
