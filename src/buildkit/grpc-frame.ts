import { grpcCode, GrpcError } from './grpc-error.ts'

/** A compressed-flag byte and a big-endian length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
export const frameHeaderBytes = 5

/** More than BuildKit ever sends: its own limit is 16 MiB. */
const messageLimitBytes = 64 * 1024 * 1024

/** A message as it goes into the body of a call. */
export function frameMessage(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(frameHeaderBytes + message.length)
  writeFrameHeader(frame, message.length)
  frame.set(message, frameHeaderBytes)
  return frame
}

/** Writes the header of a message of `messageBytes` to the start of `frame`. */
export function writeFrameHeader(frame: Buffer, messageBytes: number): void {
  frame[0] = 0
  frame.writeUInt32BE(messageBytes, 1)
}

/** Takes chunks of any size and gives back whole messages. */
export class FrameDecoder {
  #chunks: Buffer[] = []
  #bufferedBytes = 0

  push(chunk: Buffer): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#bufferedBytes += chunk.length
  }

  /** True when what was pushed ends in the middle of a message. */
  get isPartial(): boolean {
    return this.#bufferedBytes > 0
  }

  /** The next whole message, or undefined; throws `GrpcError` for what no server may send. */
  next(): Buffer | undefined {
    if (this.#bufferedBytes < frameHeaderBytes) return undefined
    const header = this.#head(frameHeaderBytes)
    if (header[0] !== 0) {
      throw new GrpcError(grpcCode.unimplemented, 'a compressed message, which was not asked for')
    }
    const length = header.readUInt32BE(1)
    if (length > messageLimitBytes) {
      throw new GrpcError(grpcCode.resourceExhausted, `a message of ${length} bytes`)
    }
    const frameBytes = frameHeaderBytes + length
    if (this.#bufferedBytes < frameBytes) return undefined
    return this.#take(frameBytes).subarray(frameHeaderBytes)
  }

  /** A chunk that starts with the next `length` bytes, joined only if they came apart. */
  #head(length: number): Buffer {
    const [first] = this.#chunks
    if (first !== undefined && first.length >= length) return first
    const joined = Buffer.concat(this.#chunks)
    this.#chunks = [joined]
    return joined
  }

  #take(length: number): Buffer {
    const first = this.#head(length)
    this.#bufferedBytes -= length
    if (first.length === length) this.#chunks.shift()
    else this.#chunks[0] = first.subarray(length)
    return first.subarray(0, length)
  }
}
