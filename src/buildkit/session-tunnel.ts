import type { ClientHttp2Stream } from 'node:http2'
import { Duplex } from 'node:stream'

import { bytesOfMessage, frameBytes } from './bytes-message.ts'
import { FrameDecoder } from './grpc-frame.ts'

/** gRPC servers refuse messages of 4 MiB and more. */
const messageLimitBytes = 128 * 1024

/** A connection inside a call of `Control.Session`, whose messages are its bytes in both directions. */
export class SessionTunnel extends Duplex {
  readonly #stream: ClientHttp2Stream
  readonly #decoder = new FrameDecoder()

  constructor(stream: ClientHttp2Stream) {
    super({ allowHalfOpen: false })
    this.#stream = stream
    stream.on('data', (chunk: Buffer) => this.#receive(chunk))
    stream.on('end', () => this.push(null))
    stream.on('error', (error) => this.destroy(error))
    stream.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#stream.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#send([chunk], done)
  }

  /** HTTP/2 writes many small pieces: what waits goes out as one message. */
  override _writev(
    chunks: readonly { chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    )
  }

  override _final(done: () => void): void {
    this.#stream.end()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#stream.close()
    done(error)
  }

  #receive(chunk: Buffer): void {
    try {
      this.#decoder.push(chunk)
      for (;;) {
        const message = this.#decoder.next()
        if (message === undefined) return
        const data = bytesOfMessage(message)
        if (data.length > 0 && !this.push(data)) this.#stream.pause()
      }
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #send(pieces: readonly Uint8Array[], done: (error?: Error | null) => void): void {
    if (this.#stream.destroyed || this.#stream.closed) {
      done(new Error('the session was closed'))
      return
    }
    this.#sendNext(inMessages(pieces), done)
  }

  /** One after the other: what is written while Bun 1.4 still holds back an earlier part can overtake it. */
  #sendNext(messages: Uint8Array[][], done: (error?: Error | null) => void): void {
    const message = messages.shift()
    if (message === undefined) {
      done()
      return
    }
    this.#stream.write(frameBytes(message), (error) => {
      if (error) done(error)
      else this.#sendNext(messages, done)
    })
  }
}

/** The pieces in groups that fit into a message each; a piece that does not is cut. */
export function inMessages(pieces: readonly Uint8Array[]): Uint8Array[][] {
  const groups: Uint8Array[][] = []
  let group: Uint8Array[] = []
  let groupBytes = 0
  for (const piece of pieces) {
    for (let start = 0; start < piece.length; start += messageLimitBytes) {
      const part = piece.subarray(start, start + messageLimitBytes)
      if (groupBytes + part.length > messageLimitBytes && groupBytes > 0) {
        groups.push(group)
        group = []
        groupBytes = 0
      }
      group.push(part)
      groupBytes += part.length
    }
  }
  if (groupBytes > 0) groups.push(group)
  return groups
}
