import { Duplex, Readable } from 'node:stream'
import type DockerModem from 'docker-modem'

import type { Transport, TransportRequest, TransportResponse, Upgrade } from './transport.ts'

/** What docker-modem needs to know of an endpoint; the names are its own. */
export type ModemTarget = DockerModem.ConstructorOptions

/**
 * docker-modem as the transport. Of docker-modem only the sending is used: with `isStream` and all
 * statuses accepted it hands over every response unread, so errors, limits and decoding are ours.
 *
 * Every request closes its connection. A connection that is kept goes stale when the engine restarts,
 * and a POST that fails on it cannot be told from one that was carried out; a new connection to a
 * Unix socket costs 0.05 ms.
 */
export class ModemTransport implements Transport {
  readonly #openTarget: () => Promise<ModemTarget>
  #modem: Promise<DockerModem> | undefined

  /** @param openTarget called once, before the first request */
  constructor(openTarget: () => Promise<ModemTarget>) {
    this.#openTarget = openTarget
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    const { upload } = request
    const answer = await this.#dial(request, {
      options: { _query: request.query, _body: request.body ?? {} },
      ...(upload === undefined ? {} : { file: upload.bytes }),
      headers: {
        Connection: 'close',
        ...(upload === undefined ? {} : { 'Content-Type': upload.contentType }),
        ...request.headers,
      },
    })
    return responseOf(answer)
  }

  async upgrade(
    request: TransportRequest,
    protocol: 'tcp' | 'h2c',
  ): Promise<Upgrade | TransportResponse> {
    const hasBody = request.body !== undefined
    const answer = await this.#dial(request, {
      options: { _query: request.query, _body: request.body ?? {} },
      // Without a body docker-modem would send a chunked one whose end could arrive after the
      // upgrade and be taken for input; an empty buffer makes it `Content-Length: 0`.
      ...(hasBody ? {} : { file: Buffer.alloc(0) }),
      headers: {
        ...(hasBody ? {} : { 'Content-Type': 'text/plain' }),
        Upgrade: protocol,
        ...request.headers,
      },
      hijack: true,
    })
    if (answer instanceof Duplex) return { status: 101, connection: answer }
    return responseOf(answer)
  }

  async #dial(
    request: TransportRequest,
    options: Partial<DockerModem.DialOptions>,
  ): Promise<unknown> {
    request.signal.throwIfAborted()
    this.#modem ??= this.#openTarget().then(openModem)
    const modem = await this.#modem
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    modem.dial(
      {
        method: request.method,
        // The `?` makes docker-modem append the query; it cuts the last character if there is none.
        path: `${request.path}?`,
        isStream: true,
        statusCodes: everyStatus,
        abortSignal: request.signal,
        ...options,
      },
      (error, answer) => (error === null ? resolve(answer) : reject(error)),
    )
    return promise
  }
}

const everyStatus = Object.fromEntries(
  Array.from({ length: 500 }, (_, index) => [100 + index, true]),
)

/**
 * Loaded when first needed, since it costs about 10 ms. Its constructor reads DOCKER_HOST and others
 * of this process and fails on what it does not like there; an endpoint is an argument here, so the
 * object is made without it.
 */
async function openModem(target: ModemTarget): Promise<DockerModem> {
  const { default: Modem } = await import('docker-modem')
  const modem: unknown = Object.create(Modem.prototype)
  if (!(modem instanceof Modem)) throw new TypeError('docker-modem is not what it was')
  return Object.assign(modem, {
    headers: {},
    pathPrefix: '/',
    protocol: 'http' as const,
    ...target,
  })
}

function responseOf(answer: unknown): TransportResponse {
  if (!(answer instanceof Readable) || !('statusCode' in answer) || !('headers' in answer)) {
    throw new TypeError('docker-modem answered without a response')
  }
  const { statusCode } = answer
  if (typeof statusCode !== 'number') throw new TypeError('a response has no status')
  return { status: statusCode, headers: headersOf(answer.headers), body: answer }
}

function headersOf(headers: unknown): Record<string, string> {
  if (typeof headers !== 'object' || headers === null) return {}
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
