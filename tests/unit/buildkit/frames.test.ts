import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { expect, test } from 'bun:test'
import * as fc from 'fast-check'

import { bytesOfMessage, frameBytes } from '../../../src/buildkit/bytes-message.ts'
import { dataFrame, dataHeadroomBytes, packetType } from '../../../src/buildkit/fsutil-packet.ts'
import { PacketSchema } from '../../../src/buildkit/generated/fsutil_pb.ts'
import { GetSecretResponseSchema } from '../../../src/buildkit/generated/session_pb.ts'
import { GrpcError } from '../../../src/buildkit/grpc-error.ts'
import { FrameDecoder, frameMessage } from '../../../src/buildkit/grpc-frame.ts'
import { inMessages } from '../../../src/buildkit/session-tunnel.ts'

const bytes = fc.uint8Array({ maxLength: 300 })

function decodeAll(chunks: readonly Uint8Array[]): { messages: Buffer[]; isPartial: boolean } {
  const decoder = new FrameDecoder()
  const messages: Buffer[] = []
  for (const chunk of chunks) {
    decoder.push(Buffer.from(chunk))
    for (let next = decoder.next(); next !== undefined; next = decoder.next()) messages.push(next)
  }
  return { messages, isPartial: decoder.isPartial }
}

/** The same bytes, cut at other places. */
function cut(whole: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let start = 0
  for (let index = 0; start < whole.length; index++) {
    const length = lengths[index % lengths.length] ?? 1
    pieces.push(whole.subarray(start, start + length))
    start += length
  }
  return pieces
}

test('messages come back whole, however their frames were cut', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 8 }), lengths, (messages, pieceLengths) => {
      const stream = Buffer.concat(messages.map(frameMessage))
      const decoded = decodeAll(cut(stream, pieceLengths))
      expect(decoded.messages.map((each) => each.toString('hex'))).toEqual(
        messages.map((each) => Buffer.from(each).toString('hex')),
      )
      expect(decoded.isPartial).toBe(false)
    }),
  )
})

test('a frame that is not whole yet gives nothing, and is known to be partial', () => {
  const frame = frameMessage(Buffer.from('message'))
  expect(decodeAll([frame.subarray(0, 4)])).toEqual({ messages: [], isPartial: true })
  expect(decodeAll([frame.subarray(0, 9)])).toEqual({ messages: [], isPartial: true })
})

test.each([
  ['compressed', [1, 0, 0, 0, 1, 0]],
  ['larger than any message of BuildKit', [0, 0xff, 0xff, 0xff, 0xff]],
])('a frame that is %s is refused', (_, frame) => {
  expect(() => decodeAll([Uint8Array.from(frame)])).toThrow(GrpcError)
})

/** The same fields as `BytesMessage`. */
const bytesSchema = GetSecretResponseSchema

test('the hand-written BytesMessage is what the protobuf library writes and reads', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 4 }), (pieces) => {
      const data = Buffer.concat(pieces)
      const { messages } = decodeAll([frameBytes(pieces)])
      expect(messages.length).toBe(1)
      const [message = Buffer.alloc(0)] = messages
      expect(Buffer.from(fromBinary(bytesSchema, message).data).equals(data)).toBe(true)
      const written = toBinary(bytesSchema, create(bytesSchema, { data }))
      expect(bytesOfMessage(Buffer.from(written)).equals(data)).toBe(true)
    }),
  )
})

test('a BytesMessage of 100,000 bytes has a length of three bytes', () => {
  const { messages } = decodeAll([frameBytes([new Uint8Array(100_000)])])
  expect(messages[0] && bytesOfMessage(messages[0]).length).toBe(100_000)
})

test.each([
  ['another field', [0x12, 1, 0]],
  ['more than its data', [0x0a, 1, 0, 0]],
  ['less than its data', [0x0a, 2, 0]],
  ['no length', [0x0a]],
  ['an endless length', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
])('a BytesMessage with %s is refused', (_, message) => {
  expect(() => bytesOfMessage(Buffer.from(message))).toThrow('something else than data')
})

test('the hand-written data packet is what the protobuf library reads', () => {
  const id = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
  fc.assert(
    fc.property(id, bytes, (ID, content) => {
      const buffer = Buffer.alloc(dataHeadroomBytes + content.length + 10)
      buffer.set(content, dataHeadroomBytes)
      const { messages } = decodeAll([dataFrame(buffer, ID, content.length)])
      expect(messages.length).toBe(1)
      const packet = fromBinary(PacketSchema, messages[0] ?? Buffer.alloc(0))
      expect({ type: packet.type, ID: packet.ID }).toEqual({ type: packetType.data, ID })
      expect(Buffer.from(packet.data).equals(content)).toBe(true)
    }),
  )
})

test('what is written to a tunnel goes out in order, in messages of bounded size', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 6 })
  fc.assert(
    fc.property(sizes, (lengths) => {
      const pieces = lengths.map((length, index) => Buffer.alloc(length, index + 1))
      const groups = inMessages(pieces)
      for (const group of groups) {
        const size = group.reduce((sum, part) => sum + part.length, 0)
        expect(size).toBeGreaterThan(0)
        expect(size).toBeLessThanOrEqual(128 * 1024)
      }
      expect(Buffer.concat(groups.flat()).equals(Buffer.concat(pieces))).toBe(true)
    }),
    { numRuns: 50 },
  )
})
