import type { Writable } from 'node:stream'

import { grpcCode, GrpcError } from './grpc-error.ts'

/** Writes a frame, and waits when the other side is slower than we are. */
export async function sendFrame(stream: Writable, frame: Uint8Array): Promise<void> {
  if (stream.destroyed || stream.writableEnded) throw lost()
  if (stream.write(frame)) return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onClose = (): void => reject(lost())
  stream.once('drain', resolve)
  stream.once('close', onClose)
  try {
    await promise
  } finally {
    stream.off('drain', resolve)
    stream.off('close', onClose)
  }
}

function lost(): GrpcError {
  return new GrpcError(grpcCode.unavailable, 'the stream was closed')
}
