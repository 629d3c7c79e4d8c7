import { createServer, type ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'

import { messageOf } from '../lib/errors.ts'

import { grpcCode, GrpcError } from './grpc-error.ts'
import { frameMessage } from './grpc-frame.ts'
import { GrpcMetadata } from './grpc-metadata.ts'
import { MessageReader } from './message-reader.ts'
import { FrameSender } from './frame-sender.ts'
import { WindowGrowth } from './window-growth.ts'
import { WindowedConnection } from './windowed-connection.ts'

/** A call that the other side makes to us. */
export type GrpcCall = {
  metadata: GrpcMetadata
  messages: MessageReader
  /** Resolves when there is room for more. */
  send(message: Uint8Array): Promise<void>
  /** For hot paths that build the frame, header included, in one piece. */
  sendFrame(frame: Uint8Array): Promise<void>
}

/** Answers a call; what it throws becomes the call's status (`unknown` unless it is a `GrpcError`). */
export type GrpcHandler = (call: GrpcCall) => Promise<void>

/** By method, `/package.Service/Method`. */
export type GrpcHandlers = ReadonlyMap<string, GrpcHandler>

const streamWindowBytes = 1024 * 1024

/** Serves gRPC on an open connection, until that closes. */
export function serveGrpc(connection: Duplex, handlers: GrpcHandlers): void {
  const server = createServer({ settings: { initialWindowSize: streamWindowBytes } })
  // The connection's end is seen by whoever made it.
  server.on('sessionError', () => undefined)
  const open = new Set<number>()
  server.on('session', (session) => {
    session.on('stream', (stream, headers, _flags, rawHeaders) => {
      const id = stream.id ?? 0
      open.add(id)
      stream.once('close', () => open.delete(id))
      const handler = handlers.get(String(headers[':path']))
      void answer(stream, handler, new GrpcMetadata(rawHeaders))
    })
  })
  const growth = new WindowGrowth({ isServer: true, openStreams: () => open })
  const windowed = new WindowedConnection(connection, growth)
  windowed.on('error', () => undefined)
  server.emit('connection', windowed)
  windowed.resume()
}

async function answer(
  stream: ServerHttp2Stream,
  handler: GrpcHandler | undefined,
  metadata: GrpcMetadata,
): Promise<void> {
  let status: Record<string, string> = { 'grpc-status': '0' }
  // The handler notices by its reads and writes.
  stream.on('error', () => undefined)
  stream.on('wantTrailers', () => {
    if (!stream.destroyed) stream.sendTrailers(status)
  })
  try {
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc' },
      { waitForTrailers: true },
    )
    if (handler === undefined) throw new GrpcError(grpcCode.unimplemented, 'unknown method')
    const sender = new FrameSender(stream)
    await handler({
      metadata,
      messages: new MessageReader(stream),
      send: (message) => sender.send(frameMessage(message)),
      sendFrame: (frame) => sender.send(frame),
    })
  } catch (error) {
    status = statusOf(error)
  }
  if (!stream.destroyed && !stream.writableEnded) stream.end()
}

function statusOf(error: unknown): Record<string, string> {
  const code = error instanceof GrpcError ? error.code : grpcCode.unknown
  return { 'grpc-status': String(code), 'grpc-message': encodeURIComponent(messageOf(error)) }
}
