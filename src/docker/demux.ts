import type { StreamName } from '../runtime/container-stream.ts'

/** A part of one frame's payload; `isStart` marks a frame's first part. */
export type FramePiece = { stream: StreamName; bytes: Uint8Array; isStart: boolean }

const headerBytes = 8
const errorTextLimit = 64 * 1024

/**
 * Takes apart the engine's multiplexed output (Engine API, "Attach to a container": 1 byte stream,
 * 3 bytes zero, 4 bytes big-endian length, payload). Payload is handed on as it comes, so nothing
 * but an unfinished header is ever kept. Throws on anything that is not such a stream.
 */
export class FrameDecoder {
  readonly #header = new Uint8Array(headerBytes)
  readonly #view = new DataView(this.#header.buffer)
  #headerLength = 0
  #payloadLeft = 0
  #isStart = false
  #errorText = ''

  /** To be called when the stream has ended: throws when that was inside a frame. */
  end(): void {
    if (this.#payloadLeft > 0 || this.#headerLength > 0) {
      throw new Error('the connection ended in the middle of the output')
    }
  }

  *push(bytes: Uint8Array): Generator<FramePiece> {
    let offset = 0
    while (offset < bytes.length) {
      if (this.#payloadLeft === 0) {
        offset += this.#readHeader(bytes.subarray(offset))
        continue
      }
      const payload = bytes.subarray(offset, offset + this.#payloadLeft)
      offset += payload.length
      this.#payloadLeft -= payload.length
      const kind = this.#header[0]
      if (kind === 3) this.#readError(payload)
      else {
        yield { stream: kind === 2 ? 'stderr' : 'stdout', bytes: payload, isStart: this.#isStart }
        this.#isStart = false
      }
    }
  }

  #readHeader(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, headerBytes - this.#headerLength)
    this.#header.set(taken, this.#headerLength)
    this.#headerLength += taken.length
    if (this.#headerLength < headerBytes) return taken.length
    if (this.#view.getUint32(0) % 0x1000000 !== 0 || this.#view.getUint8(0) > 3) {
      throw new Error(`not a frame of output: ${Buffer.from(this.#header).toString('hex')}`)
    }
    this.#headerLength = 0
    this.#isStart = true
    this.#payloadLeft = this.#view.getUint32(4)
    return taken.length
  }

  /** Stream 3 carries the engine's own error, for instance a log that cannot be read. */
  #readError(payload: Uint8Array): void {
    this.#errorText = (this.#errorText + Buffer.from(payload).toString()).slice(0, errorTextLimit)
    if (this.#payloadLeft === 0) throw new Error(`the engine reports: ${this.#errorText}`)
  }
}

/** The pieces of a multiplexed stream, read no faster than they are taken. */
export async function* demux(source: AsyncIterable<Uint8Array>): AsyncGenerator<FramePiece> {
  const decoder = new FrameDecoder()
  for await (const bytes of source) yield* decoder.push(bytes)
  decoder.end()
}

/** A TTY's output, which is not multiplexed, in the same form. */
export async function* undivided(source: AsyncIterable<Uint8Array>): AsyncGenerator<FramePiece> {
  for await (const bytes of source) yield { stream: 'stdout', bytes, isStart: false }
}
