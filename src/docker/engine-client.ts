import type { Duplex } from 'node:stream'
import type * as z from 'zod/mini'

import { UnavailableError } from '../runtime/unavailable-error.ts'

import { negotiateVersion, oldestApiVersion } from './api-version.ts'
import { CallScope } from './call-scope.ts'
import { deadlines } from './deadlines.ts'
import { EngineError } from './engine-error.ts'
import { bytesOf, decodeJson, errorReason, readBody } from './response-body.ts'
import type { Transport, TransportRequest, TransportResponse, Upload } from './transport.ts'

/** One request of the Engine API. */
export type EngineRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Without the API version: `/containers/json`. */
  path: string
  query?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  body?: object
  /** Sent as it is, in place of `body`. */
  upload?: Upload
  /** Until the whole answer is here; for streams and upgrades until the head of it. */
  deadlineMs: number
  signal?: AbortSignal | undefined
}

/** What an engine says of itself before anything else (`GET /_ping`). */
export type EngineGreeting = {
  /** The version that is pinned in the path of every further request. */
  apiVersion: string
  /** `Docker/28.5.2 (linux)`, `Libpod/4.3.1 (linux)`. */
  server: string
}

/** An answer whose body goes on; iterate `chunks` once, or `close` it. */
export type EngineStream = {
  headers: TransportResponse['headers']
  chunks: AsyncGenerator<Uint8Array>
  close(): void
}

/**
 * Speaks HTTP with one engine: pins the version, keeps every deadline, decodes, and turns what goes
 * wrong into `EngineError` (the engine answered so) or `UnavailableError` (it did not answer).
 */
export class EngineClient {
  readonly endpoint: string
  readonly #transport: Transport
  #greeting: EngineGreeting | undefined

  constructor(endpoint: string, transport: Transport) {
    this.endpoint = endpoint
    this.#transport = transport
  }

  /** Asks the engine what it is; further requests are in the version that both know. */
  async greet(signal?: AbortSignal): Promise<EngineGreeting> {
    const ping = { method: 'GET', path: '/_ping', deadlineMs: deadlines.pingMs, signal } as const
    const { status, headers, text } = await this.#exchange(ping, '').catch((error: unknown) => {
      throw error instanceof EngineError ? refusedPing(this.endpoint, error) : error
    })
    const engineVersion = String(headers['api-version'] ?? '')
    const apiVersion = negotiateVersion(engineVersion)
    if (apiVersion === undefined) {
      throw new UnavailableError(
        engineVersion === ''
          ? `what answers at ${this.endpoint} is not a Docker engine`
          : `the engine at ${this.endpoint} speaks API ${engineVersion}, at least ${oldestApiVersion} is needed`,
        {
          reason: 'incompatible',
          endpoint: this.endpoint,
          fix: 'upgrade Docker to 20.10 or newer, or name another engine with DOCKER_HOST',
          cause: new Error(`GET /_ping: ${status} ${text.slice(0, 200)}`),
        },
      )
    }
    this.#greeting = { apiVersion, server: String(headers['server'] ?? '') }
    return this.#greeting
  }

  /** The decoded body of an answer. */
  async json<T>(schema: z.ZodMiniType<T>, request: EngineRequest): Promise<T> {
    const { text } = await this.#exchange(request)
    try {
      return decodeJson(schema, text)
    } catch (cause) {
      throw new UnavailableError(
        `the engine at ${this.endpoint} answered ${request.method} ${request.path} with something else than expected`,
        { reason: 'incompatible', endpoint: this.endpoint, fix: 'upgrade Docker', cause },
      )
    }
  }

  /** For answers of which only the status matters: 2xx or 304. */
  async call(request: EngineRequest): Promise<number> {
    return (await this.#exchange(request)).status
  }

  /** An answer that goes on: the deadline is for its head, the signal for all of it. */
  async stream(request: EngineRequest): Promise<EngineStream> {
    const prefix = await this.#prefix(request.signal)
    const scope = new CallScope({ ...request, endpoint: this.endpoint })
    try {
      const response = await this.#transport.send(wireRequest(request, prefix, scope.signal))
      if (response.status >= 400) throw await engineError(request, response)
      scope.disarm()
      return {
        headers: response.headers,
        chunks: this.#chunks(response, scope),
        close: () => {
          response.body.destroy()
          scope[Symbol.dispose]()
        },
      }
    } catch (error) {
      scope[Symbol.dispose]()
      throw scope.failure(error)
    }
  }

  /**
   * A request that becomes a raw connection (hijacking; Engine API, "Attach to a container").
   * @param protocol `tcp` for attach and exec, `h2c` for BuildKit's `/grpc` and `/session`
   */
  async hijack(request: EngineRequest, protocol: 'tcp' | 'h2c' = 'tcp'): Promise<Duplex> {
    const prefix = await this.#prefix(request.signal)
    using scope = new CallScope({ ...request, endpoint: this.endpoint })
    try {
      const wire = wireRequest(request, prefix, scope.signal)
      const answer = await this.#transport.upgrade(wire, protocol)
      if ('connection' in answer) return answer.connection
      throw await engineError(request, answer)
    } catch (error) {
      throw scope.failure(error)
    }
  }

  async #exchange(
    request: EngineRequest,
    knownPrefix?: string,
  ): Promise<{ status: number; headers: TransportResponse['headers']; text: string }> {
    const prefix = knownPrefix ?? (await this.#prefix(request.signal))
    using scope = new CallScope({ ...request, endpoint: this.endpoint })
    try {
      const response = await this.#transport.send(wireRequest(request, prefix, scope.signal))
      if (response.status >= 400) throw await engineError(request, response)
      const { status, headers } = response
      return { status, headers, text: await readBody(response.body) }
    } catch (error) {
      throw scope.failure(error)
    }
  }

  async *#chunks(response: TransportResponse, scope: CallScope): AsyncGenerator<Uint8Array> {
    try {
      yield* bytesOf(response.body)
    } catch (error) {
      throw scope.failure(error)
    } finally {
      response.body.destroy()
      scope[Symbol.dispose]()
    }
  }

  async #prefix(signal: AbortSignal | undefined): Promise<string> {
    const { apiVersion } = this.#greeting ?? (await this.greet(signal))
    return `/v${apiVersion}`
  }
}

function wireRequest(
  request: EngineRequest,
  prefix: string,
  signal: AbortSignal,
): TransportRequest {
  const { method, path, query = {}, headers = {}, body, upload } = request
  const wire = { method, path: prefix + path, query, headers, signal }
  return { ...wire, ...(body && { body }), ...(upload && { upload }) }
}

async function engineError(
  { method, path }: EngineRequest,
  { status, body }: TransportResponse,
): Promise<EngineError> {
  return new EngineError({ method, path, status, reason: errorReason(await readBody(body)) })
}

/** Some other HTTP server, or a guard before an engine that lets nothing through. */
function refusedPing(endpoint: string, cause: EngineError): UnavailableError {
  return new UnavailableError(
    `what answers at ${endpoint} is not a Docker engine: it answered ${cause.method} ${cause.path} with ${cause.status}`,
    {
      reason: 'incompatible',
      endpoint,
      fix: 'name the engine with DOCKER_HOST=unix:///path/to/docker.sock',
      cause,
    },
  )
}
