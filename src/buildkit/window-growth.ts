/*
 * gRPC servers and clients in Go measure a connection and enlarge its streams' windows while they are
 * open, by a SETTINGS frame with a new SETTINGS_INITIAL_WINDOW_SIZE (RFC 9113 §6.9.2). Bun 1.4 does not go
 * on with a stream that was waiting for its window then, and Go, which thinks that there is room, sends no
 * WINDOW_UPDATE: the transfer stands still for ever. What comes in is therefore rewritten: the new size is
 * taken out of the SETTINGS, and each open stream gets the difference by a WINDOW_UPDATE, which means the
 * same.
 */

const frameHeaderBytes = 9
const frameType = { headers: 1, settings: 4, windowUpdate: 8, continuation: 9 } as const
const ackFlag = 0x1
const endHeadersFlag = 0x4
const initialWindowSetting = 4
const settingBytes = 6
const defaultWindowBytes = 65_535

/** Rewrites the bytes that an HTTP/2 endpoint is about to read. */
export class WindowGrowth {
  readonly #openStreams: () => Iterable<number>
  readonly #isServer: boolean
  /** What is not looked at: the client's preface, then the payloads of frames. */
  #passBytes: number
  #pending: Buffer = Buffer.alloc(0)
  #windowBytes: number | undefined
  /** By how much windows have grown that new streams, for Bun, start without. */
  #grownBytes = 0
  /** Goes out behind the frame that is passing. */
  #after: Buffer | undefined

  /** @param options `isServer`: the other side opens the streams, and starts with the preface */
  constructor(options: { isServer: boolean; openStreams: () => Iterable<number> }) {
    this.#openStreams = options.openStreams
    this.#isServer = options.isServer
    this.#passBytes = options.isServer ? 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'.length : 0
  }

  /** What to read instead of `chunk`, in order; what is not whole yet follows later. */
  *push(chunk: Buffer): Generator<Buffer> {
    let rest = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    for (;;) {
      const passed = rest.subarray(0, this.#passBytes)
      if (passed.length > 0) yield passed
      this.#passBytes -= passed.length
      rest = rest.subarray(passed.length)
      if (this.#passBytes > 0) break
      if (this.#after !== undefined) yield this.#after
      this.#after = undefined
      const length = this.#wholeBytes(rest)
      if (length === undefined) break
      if (rest[3] === frameType.settings) {
        // Before anything else of the frame, since the streams are those of now.
        yield* this.#settings(rest.subarray(0, length))
      } else {
        this.#passBytes = frameHeaderBytes + rest.readUIntBE(0, 3)
        this.#after = this.#creditFor(rest)
        continue
      }
      rest = rest.subarray(length)
    }
    this.#pending = Buffer.from(rest)
  }

  /** How much is needed to judge the next frame: all of a SETTINGS, the header of others. */
  #wholeBytes(bytes: Buffer): number | undefined {
    if (bytes.length < frameHeaderBytes) return undefined
    if (bytes[3] !== frameType.settings) return frameHeaderBytes
    const length = frameHeaderBytes + bytes.readUIntBE(0, 3)
    return bytes.length < length ? undefined : length
  }

  *#settings(frame: Buffer): Generator<Buffer> {
    const isAck = ((frame[4] ?? 0) & ackFlag) !== 0
    const at = isAck ? undefined : settingOffset(frame)
    const known = this.#windowBytes
    if (!isAck) this.#windowBytes ??= defaultWindowBytes
    if (at !== undefined) this.#windowBytes = frame.readUInt32BE(at + 2)
    const growth = (this.#windowBytes ?? 0) - (known ?? this.#windowBytes ?? 0)
    if (at === undefined || growth <= 0) {
      yield frame
      return
    }
    this.#grownBytes += growth
    const without = Buffer.concat([frame.subarray(0, at), frame.subarray(at + settingBytes)])
    without.writeUIntBE(without.length - frameHeaderBytes, 0, 3)
    yield without
    for (const stream of this.#openStreams()) yield windowUpdate(stream, growth)
  }

  /** A stream that opens after the growth starts with the size of before. */
  #creditFor(header: Buffer): Buffer | undefined {
    const type = header[3]
    const isOpening = type === frameType.headers || type === frameType.continuation
    const isWhole = ((header[4] ?? 0) & endHeadersFlag) !== 0
    if (!this.#isServer || this.#grownBytes === 0 || !isOpening || !isWhole) return undefined
    return windowUpdate(header.readUInt32BE(5) & 0x7fff_ffff, this.#grownBytes)
  }
}

function settingOffset(frame: Buffer): number | undefined {
  for (let at = frameHeaderBytes; at + settingBytes <= frame.length; at += settingBytes) {
    if (frame.readUInt16BE(at) === initialWindowSetting) return at
  }
  return undefined
}

function windowUpdate(stream: number, increment: number): Buffer {
  const frame = Buffer.alloc(frameHeaderBytes + 4)
  frame.writeUIntBE(4, 0, 3)
  frame[3] = frameType.windowUpdate
  frame.writeUInt32BE(stream, 5)
  frame.writeUInt32BE(increment, frameHeaderBytes)
  return frame
}
