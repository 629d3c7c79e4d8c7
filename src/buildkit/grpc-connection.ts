import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'

import { ClientCall } from './client-call.ts'
import { grpcCode, GrpcError } from './grpc-error.ts'
import { frameMessage } from './grpc-frame.ts'

/** Larger than the default of 64 KiB, for the tunnelled context. The connection's window must stay: see below. */
const streamWindowBytes = 1024 * 1024

/** gRPC over an open connection, as the client. Dispose to close the connection. */
export class GrpcConnection implements Disposable {
  readonly #session: ClientHttp2Session
  readonly #connection: Duplex

  constructor(connection: Duplex) {
    this.#connection = connection
    // The socket itself, without any stream around it: what Bun 1.4 writes to another kind of stream was garbled
    // now and then under load. So growing windows (window-growth.ts) are handed on in the session only.
    // `setLocalWindowSize` would be the way to a larger window of the connection; in Bun 1.4 uploads
    // then hang for ever.
    this.#session = connect('http://buildkit.invalid', {
      createConnection: () => connection,
      settings: { initialWindowSize: streamWindowBytes, enablePush: false },
    })
    // Failures come out of the calls; without a listener they would end the process.
    this.#session.on('error', () => undefined)
    connection.on('error', () => undefined)
    connection.once('close', () => this.#session.destroy())
    connection.resume()
  }

  /** One request, one answer. */
  async unary(method: string, request: Uint8Array, signal: AbortSignal): Promise<Buffer> {
    const call = this.serverStream(method, request, signal)
    const answer = await call.next()
    if (answer === undefined) throw new GrpcError(grpcCode.internal, `${method} answered nothing`)
    await call.next()
    return answer
  }

  /** One request, many answers. */
  serverStream(method: string, request: Uint8Array, signal: AbortSignal): ClientCall {
    const stream = this.open(method)
    const call = new ClientCall(stream, signal)
    if (!stream.destroyed) stream.end(frameMessage(request))
    return call
  }

  /** A call in both directions, for the caller to read and write. */
  open(
    method: string,
    metadata: Readonly<Record<string, string | string[]>> = {},
  ): ClientHttp2Stream {
    if (this.#session.destroyed || this.#session.closed || this.#connection.destroyed) {
      throw new GrpcError(grpcCode.unavailable, 'the connection is closed')
    }
    const stream = this.#session.request(
      {
        ':method': 'POST',
        ':path': method,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...metadata,
      },
      { endStream: false },
    )
    stream.on('error', () => undefined)
    return stream
  }

  [Symbol.dispose](): void {
    this.#session.destroy()
    this.#connection.destroy()
  }
}
