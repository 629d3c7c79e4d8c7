import type { Writable } from 'node:stream'

import { grpcCode, GrpcError } from './grpc-error.ts'

/** Writes frames one after the other, each when the one before has gone. */
export class FrameSender {
  readonly #stream: Writable
  #last: Promise<void> = Promise.resolve()

  constructor(stream: Writable) {
    this.#stream = stream
  }

  /**
   * Resolves when the frame has gone. What is written while Bun 1.4 still holds back an earlier part for want
   * of a window can overtake it.
   */
  send(frame: Uint8Array): Promise<void> {
    const sent = this.#last.then(() => sendFrame(this.#stream, frame))
    this.#last = sent.catch(() => undefined)
    return sent
  }
}

async function sendFrame(stream: Writable, frame: Uint8Array): Promise<void> {
  if (stream.destroyed || stream.writableEnded) throw lost()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onClose = (): void => reject(lost())
  stream.once('close', onClose)
  try {
    stream.write(frame, (error) => (error ? reject(lost()) : resolve()))
    await promise
  } finally {
    stream.off('close', onClose)
  }
}

function lost(): GrpcError {
  return new GrpcError(grpcCode.unavailable, 'the stream was closed')
}
