import { frameHeaderBytes, writeFrameHeader } from './grpc-frame.ts'

/*
 * `message BytesMessage { bytes data = 1; }` (api/services/control/control.proto). Every byte of a
 * context and of an exported image goes through it, so it is written by hand.
 */

/** Field 1, wire type 2 (Protocol Buffers, "Encoding"). */
const dataTag = 0x0a
/** Room for the tag and the longest length. */
const overheadBytes = 6

/** Several pieces as one message in one gRPC frame. */
export function frameBytes(pieces: readonly Uint8Array[]): Buffer {
  const dataBytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const frame = Buffer.allocUnsafe(frameHeaderBytes + overheadBytes + dataBytes)
  let offset = frameHeaderBytes
  frame[offset++] = dataTag
  offset = writeVarint(frame, offset, dataBytes)
  for (const piece of pieces) {
    frame.set(piece, offset)
    offset += piece.length
  }
  writeFrameHeader(frame, offset - frameHeaderBytes)
  return frame.subarray(0, offset)
}

/** Writes an unsigned number below 2^32 and returns the offset behind it. */
export function writeVarint(target: Buffer, offset: number, value: number): number {
  let position = offset
  let rest = value
  while (rest > 0x7f) {
    target[position++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  target[position++] = rest
  return position
}

/** The data of a message; throws for what is none. Nothing is copied. */
export function bytesOfMessage(message: Buffer): Buffer {
  if (message.length === 0) return message
  if (message[0] !== dataTag) throw malformed()
  let length = 0
  let shift = 0
  for (let offset = 1; offset < message.length && offset <= 5; offset++) {
    const byte = message[offset] ?? 0
    length += (byte & 0x7f) * 2 ** shift
    shift += 7
    if (byte > 0x7f) continue
    if (offset + 1 + length !== message.length) throw malformed()
    return message.subarray(offset + 1)
  }
  throw malformed()
}

function malformed(): Error {
  return new Error('a BytesMessage with something else than data')
}
