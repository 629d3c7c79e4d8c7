import { constants, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2'
import { fromBinary } from '@bufbuild/protobuf'

import { untilAborted } from '../lib/until-aborted.ts'

import { StatusSchema } from './generated/errors_pb.ts'
import { grpcCode, GrpcError, type GrpcErrorDetail } from './grpc-error.ts'
import { MessageReader } from './message-reader.ts'

/** One call to a server: its answers, then its status. */
export class ClientCall {
  readonly #stream: ClientHttp2Stream
  readonly #signal: AbortSignal
  readonly #reader: MessageReader
  readonly #closed = Promise.withResolvers<void>()
  #status: GrpcError | 'ok' | undefined

  /** @param signal resets the call, which cancels the work behind it */
  constructor(stream: ClientHttp2Stream, signal: AbortSignal) {
    this.#stream = stream
    this.#signal = signal
    const onAbort = (): void => stream.close(constants.NGHTTP2_CANCEL)
    signal.addEventListener('abort', onAbort, { once: true })
    stream.once('close', () => {
      signal.removeEventListener('abort', onAbort)
      this.#closed.resolve()
    })
    // A call that fails at once has its status in the first headers.
    stream.on('response', (headers) => this.#readStatus(headers))
    stream.on('trailers', (headers) => this.#readStatus(headers))
    this.#reader = new MessageReader(stream)
    if (signal.aborted) onAbort()
  }

  /**
   * The next answer, undefined after the last one of a call that went well. Rejects with `GrpcError`,
   * or with the signal's reason.
   */
  async next(): Promise<Buffer | undefined> {
    return untilAborted(this.#next(), this.#signal)
  }

  /** Ends a call whose further answers nobody wants. */
  cancel(): void {
    this.#stream.close(constants.NGHTTP2_CANCEL)
  }

  async #next(): Promise<Buffer | undefined> {
    let cause: unknown
    try {
      const message = await this.#reader.next()
      if (message !== undefined) return message
    } catch (error) {
      cause = error
    }
    await this.#closed.promise
    if (this.#status === 'ok') return undefined
    if (this.#status !== undefined) throw this.#status
    // A peer that is gone or speaks no HTTP/2 ends the stream without any error.
    throw new GrpcError(grpcCode.unavailable, 'the connection ended before the answer', { cause })
  }

  #readStatus(headers: IncomingHttpHeaders): void {
    const code = headers['grpc-status']
    if (code === undefined) return
    this.#status = code === '0' ? 'ok' : errorOf(Number(code), headers)
  }
}

function errorOf(code: number, headers: IncomingHttpHeaders): GrpcError {
  const message = decodeMessage(String(headers['grpc-message'] ?? ''))
  const details = decodeDetails(headers['grpc-status-details-bin'])
  return new GrpcError(Number.isInteger(code) ? code : grpcCode.unknown, message, { details })
}

/** Percent-encoded UTF-8 (gRPC over HTTP/2, "Status-Message"); what is not is shown as it came. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function decodeDetails(header: string | string[] | undefined): GrpcErrorDetail[] {
  if (typeof header !== 'string') return []
  try {
    const status = fromBinary(StatusSchema, Buffer.from(header, 'base64'))
    return status.details.map(({ typeUrl, value }) => ({ typeUrl, value }))
  } catch {
    // They only add to the message.
    return []
  }
}
