import type { Duplex } from 'node:stream'

import type { ContainerStream, OutputChunk } from '../runtime/container-stream.ts'

import { connectionFailure } from './connection-failure.ts'
import { demux, undivided } from './demux.ts'
import { bytesOf } from './response-body.ts'

/**
 * A hijacked connection as a `ContainerStream`. Nobody listens to the connection before `output` is
 * iterated, so it stays paused and what waits in it is bounded by the socket's buffers.
 */
export class HijackedStream implements ContainerStream {
  readonly output: AsyncIterable<OutputChunk>
  readonly #connection: Duplex
  readonly #endpoint: string

  /** @param options `output`: what makes of the output what the reader gets */
  constructor(
    connection: Duplex,
    options: {
      tty: boolean
      endpoint: string
      output?: (output: AsyncIterable<OutputChunk>) => AsyncIterable<OutputChunk>
    },
  ) {
    this.#connection = connection
    this.#endpoint = options.endpoint
    const output = this.#read(options.tty)
    this.output = options.output?.(output) ?? output
    // Errors come out where the stream is used; without a listener they would end the process.
    connection.on('error', () => undefined)
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#settled((done) => this.#connection.write(bytes, done))
  }

  async endInput(): Promise<void> {
    if (this.#connection.writableEnded) return
    await this.#settled((done) => this.#connection.end(done))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.destroy()
  }

  async *#read(tty: boolean): AsyncGenerator<OutputChunk> {
    try {
      const source = bytesOf(this.#connection)
      for await (const { stream, bytes } of tty ? undivided(source) : demux(source)) {
        yield { stream, bytes }
      }
    } catch (error) {
      throw connectionFailure(this.#endpoint, error)
    }
  }

  /** Waits for the callback of a write, or for the connection's end, after which none may come. */
  async #settled(act: (done: (error?: Error | null) => void) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onClose = (): void => reject(new Error('the connection was closed'))
    this.#connection.once('close', onClose)
    try {
      if (!this.#connection.writable) throw new Error('the connection is closed')
      act((error) => (error ? reject(error) : resolve()))
      await promise
    } catch (error) {
      throw connectionFailure(this.#endpoint, error)
    } finally {
      this.#connection.off('close', onClose)
    }
  }
}
