import { connect, type Socket } from 'node:net'
import type { z } from 'zod'
import { UserError } from '../lib/errors.ts'
import { LineDecoder } from '../lib/line-decoder.ts'
import type { EgressPlace } from '../run/strict-network.ts'
import type { RuntimeKind } from '../runtime/container-state.ts'
import {
  type ControlRequest,
  type ControlResponse,
  helloSchema,
  type Hello,
  egressPlaceSchema,
  insideAddressSchema,
  proxyPortSchema,
  proxyStatusSchema,
  type PortSource,
  type ProxyStatus,
  responseSchema,
} from './control-protocol.ts'

type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never
type Call = WithoutId<ControlRequest>

type Waiting = {
  resolve: (response: ControlResponse) => void
  reject: (error: Error) => void
}

/** Longest time a daemon may take to answer; binding a port and subscribing to an engine included. */
const CALL_LIMIT_MS = 35_000
const CONNECT_LIMIT_MS = 3000
const HELLO_LIMIT_MS = 5000

/** The daemon is not there, or went away during a call, or whoever is there is none. */
export class DaemonGoneError extends UserError {
  constructor(what: string, cause?: unknown) {
    super(what, { fix: 'run the same command again', cause })
  }
}

/** Whoever listens there takes connections and does not answer: a stopped process does. */
export class SilentDaemonError extends UserError {
  constructor(pid: number | undefined) {
    super(`the background process${pid === undefined ? '' : ` (pid ${pid})`} does not answer`, {
      fix:
        pid === undefined
          ? 'run the same command again'
          : [
              `kill -CONT ${pid}, if it was stopped`,
              `kill -9 ${pid}; the next command starts another`,
            ],
    })
  }
}

/** One connection to the daemon. Its end tells the daemon that what it holds is to be stopped. */
export class ControlClient implements Disposable {
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  readonly #closed: Promise<void>
  #nextId = 1
  #ended = false

  private constructor(socket: Socket) {
    this.#socket = socket
    const lines = new LineDecoder()
    socket.on('data', (bytes: Buffer) => {
      try {
        for (const line of lines.push(bytes)) this.#take(line)
      } catch {
        // No daemon of ours talks like that.
        socket.destroy()
      }
    })
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#ended = true
        const gone = new DaemonGoneError('the background process went away')
        for (const { reject } of this.#waiting.values()) reject(gone)
        this.#waiting.clear()
        resolve()
      })
    })
  }

  /** Rejects with `DaemonGoneError` when nobody listens there. */
  static async open(socketPath: string): Promise<ControlClient> {
    const socket = connect({ path: socketPath })
    await new Promise<void>((resolve, reject) => {
      const limit = setTimeout(
        () => socket.destroy(new Error(`no answer within ${CONNECT_LIMIT_MS} ms`)),
        CONNECT_LIMIT_MS,
      )
      socket.once('connect', () => {
        clearTimeout(limit)
        resolve()
      })
      socket.on('error', (cause) => {
        clearTimeout(limit)
        reject(new DaemonGoneError('the background process does not answer', cause))
      })
    })
    return new ControlClient(socket)
  }

  /** Resolves when the connection has ended, by whichever side. */
  get closed(): Promise<void> {
    return this.#closed
  }

  async hello(): Promise<Hello> {
    return this.#call({ method: 'hello' }, helloSchema)
  }

  async watch(runtime: RuntimeKind, endpoint: string): Promise<void> {
    await this.#call({ method: 'watch', runtime, endpoint })
  }

  async supervise(runId: string): Promise<void> {
    await this.#call({ method: 'supervise', runId })
  }

  async hold(runId: string): Promise<void> {
    await this.#call({ method: 'hold', runId })
  }

  async release(runId: string): Promise<void> {
    await this.#call({ method: 'release', runId })
  }

  /** @returns the port the proxy really listens on */
  async ensureProxy(options: { port: number; source: PortSource; pin: boolean }): Promise<number> {
    const { port } = await this.#call({ method: 'proxy.ensure', ...options }, proxyPortSchema)
    return port
  }

  /** @returns the address where programs inside reach the proxy, if there is one */
  async ensureInside(
    runtime: RuntimeKind,
    endpoint: string,
    network?: string,
  ): Promise<string | undefined> {
    const call = { method: 'proxy.inside', runtime, endpoint, network } as const
    return (await this.#call(call, insideAddressSchema)).address
  }

  /** @returns where the programs of a run with a closed network find its way out */
  async openEgress(runId: string): Promise<EgressPlace> {
    return this.#call({ method: 'egress.open', runId }, egressPlaceSchema)
  }

  async stopProxy(): Promise<void> {
    await this.#call({ method: 'proxy.stop' })
  }

  async proxyStatus(): Promise<ProxyStatus> {
    return this.#call({ method: 'proxy.status' }, proxyStatusSchema)
  }

  /** It may be gone before it answers: see `handOver`. */
  async handover(): Promise<void> {
    await this.#call({ method: 'handover' })
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }

  async #call<T>(call: Call, schema: z.ZodType<T>): Promise<T>
  async #call(call: Call): Promise<void>
  async #call<T>(call: Call, schema?: z.ZodType<T>): Promise<T | void> {
    const limitMs = call.method === 'hello' ? HELLO_LIMIT_MS : CALL_LIMIT_MS
    const response = await this.#send(call, limitMs)
    if (response.error !== undefined)
      throw new UserError(response.error.what, {
        fix: response.error.fixes,
        exitCode: response.error.exitCode,
      })
    const result = schema?.safeParse(response.result, { jitless: true })
    if (result?.success === false)
      throw new DaemonGoneError('the background process answers in an unknown way', result.error)
    return result?.data
  }

  #send(call: Call, limitMs: number): Promise<ControlResponse> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(new DaemonGoneError('the background process went away'))
        return
      }
      const limit = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new SilentDaemonError(undefined))
      }, limitMs)
      const settle =
        <V>(then: (value: V) => void) =>
        (value: V): void => {
          clearTimeout(limit)
          then(value)
        }
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) })
      this.#socket.write(`${JSON.stringify({ id, ...call })}\n`)
    })
  }

  #take(line: string): void {
    const response = responseSchema.parse(JSON.parse(line), { jitless: true })
    const waiting = this.#waiting.get(response.id)
    this.#waiting.delete(response.id)
    waiting?.resolve(response)
  }
}
