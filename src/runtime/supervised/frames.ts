/** What is said on a connection to a process: its input and output, and how it ended. */
export const FRAME = { stdin: 0, stdout: 1, stderr: 2, endOfInput: 3, resize: 4, exit: 5 } as const

export type FrameKind = (typeof FRAME)[keyof typeof FRAME]

export type Frame = { kind: number; payload: Buffer }

const HEAD_BYTES = 5
const PAYLOAD_MAX = 16 * 1024 * 1024

/** One byte of kind, four of length, then the payload. */
export function encodeFrame(kind: FrameKind, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + payload.length)
  frame[0] = kind
  frame.writeUInt32BE(payload.length, 1)
  frame.set(payload, HEAD_BYTES)
  return frame
}

export function encodeSize({ columns, rows }: { columns: number; rows: number }): Buffer {
  const payload = Buffer.alloc(4)
  payload.writeUInt16BE(columns, 0)
  payload.writeUInt16BE(rows, 2)
  return encodeFrame(FRAME.resize, payload)
}

export function decodeSize(payload: Buffer): { columns: number; rows: number } {
  return { columns: payload.readUInt16BE(0), rows: payload.readUInt16BE(2) }
}

export function encodeExit(exitCode: number): Buffer {
  return encodeFrame(FRAME.exit, Buffer.from([exitCode & 0xff]))
}

/** Cuts a byte stream into frames, whatever the chunks are. */
export class FrameDecoder {
  #pending: Buffer = Buffer.alloc(0)

  /** The frames that these bytes complete. Throws when a length cannot be meant. */
  push(bytes: Uint8Array): Frame[] {
    this.#pending =
      this.#pending.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#pending, bytes])
    const frames: Frame[] = []
    while (this.#pending.length >= HEAD_BYTES) {
      const length = this.#pending.readUInt32BE(1)
      if (length > PAYLOAD_MAX) throw new RangeError(`a frame of ${length} bytes`)
      if (this.#pending.length < HEAD_BYTES + length) break
      frames.push({
        kind: this.#pending[0] ?? 0,
        payload: this.#pending.subarray(HEAD_BYTES, HEAD_BYTES + length),
      })
      this.#pending = this.#pending.subarray(HEAD_BYTES + length)
    }
    return frames
  }
}
