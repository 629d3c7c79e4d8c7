import type { Readable } from 'node:stream'

import { grpcCode, GrpcError } from './grpc-error.ts'
import { FrameDecoder } from './grpc-frame.ts'

/**
 * Pulls the messages of one direction of a call. Not an iteration of the stream: leaving that early
 * destroys the stream, which resets the call. While nobody waits for a message the stream is paused.
 */
export class MessageReader {
  readonly #stream: Readable
  readonly #decoder = new FrameDecoder()
  #ended = false
  #failure: unknown
  #wake: (() => void) | undefined

  constructor(stream: Readable) {
    this.#stream = stream
    stream.on('data', (chunk: Buffer) => {
      this.#decoder.push(chunk)
      stream.pause()
      this.#wake?.()
    })
    stream.on('end', () => this.#end())
    stream.on('error', (error) => this.#end(error))
    stream.on('close', () => this.#end(new Error('the stream was closed')))
    stream.pause()
  }

  /** The next message, or undefined after the last; one caller at a time. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const message = this.#decoder.next()
      if (message !== undefined) return message
      if (this.#failure !== undefined) throw lost(this.#failure)
      if (this.#ended) {
        if (this.#decoder.isPartial) throw lost(new Error('it ended inside a message'))
        return undefined
      }
      await this.#more()
    }
  }

  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    this.#stream.resume()
    await promise
    this.#wake = undefined
  }

  /** The first end counts: a stream that was read to its end is closed as well. */
  #end(failure?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#failure = failure
    this.#wake?.()
  }
}

function lost(cause: unknown): GrpcError {
  return new GrpcError(grpcCode.unavailable, 'the connection was lost', { cause })
}
