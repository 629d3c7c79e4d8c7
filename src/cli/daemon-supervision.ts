import { setTimeout as delay } from 'node:timers/promises'
import { type ControlClient, DaemonGoneError } from '../daemon/control-client.ts'
import type { PortSource } from '../daemon/control-protocol.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { Supervision } from '../run/start-options.ts'
import type { EgressPlace } from '../run/strict-network.ts'
import type { State } from '../state/state.ts'
import type { AppContext } from './app-context.ts'

/** How long to wait for a daemon that cannot be had. */
const HOLD_AGAIN_MS = 1000

/** A command's connection to the background process, started on first use and again when it dies. */
export class DaemonSupervision implements Supervision, Disposable {
  readonly #app: AppContext
  readonly #state: State
  readonly #port: { port: number; source: PortSource }
  #client: Promise<ControlClient> | undefined
  #over = false

  constructor(app: AppContext, state: State, port: { port: number; source: PortSource }) {
    this.#app = app
    this.#state = state
    this.#port = port
  }

  async watch({ kind, endpoint }: ContainerRuntime): Promise<void> {
    await this.#ask((client) => client.watch(kind, endpoint))
  }

  async proxyPort(): Promise<number> {
    return this.#ask((client) => client.ensureProxy({ ...this.#port, pin: false }))
  }

  async insideAddress(
    { kind, endpoint }: ContainerRuntime,
    network: string,
  ): Promise<string | undefined> {
    return this.#ask((client) => client.ensureInside(kind, endpoint, network))
  }

  async egressPlace(runId: string): Promise<EgressPlace> {
    return this.#ask((client) => client.openEgress(runId))
  }

  async takeOver(runId: string, { attached }: { attached: boolean }): Promise<void> {
    if (attached) void this.#keepHolding(runId)
    else await this.#ask((client) => client.supervise(runId))
  }

  async release(runId: string): Promise<void> {
    this.#over = true
    await this.#ask((client) => client.release(runId))
  }

  [Symbol.dispose](): void {
    this.#over = true
    this.#forget(this.#client)
  }

  /** Holds the run through every daemon: one that dies is started again. */
  async #keepHolding(runId: string): Promise<void> {
    while (!this.#over) {
      const connection = this.#connected()
      try {
        const client = await connection
        await client.hold(runId)
        await client.closed
      } catch {
        // Not to be had now: the run goes on, and we are its owner as long as this process lives.
        await delay(HOLD_AGAIN_MS, undefined, { ref: false })
      }
      this.#forget(connection)
    }
  }

  /** A daemon may end between two calls, for want of work or for a newer one: then the next one is asked. */
  async #ask<T>(question: (client: ControlClient) => Promise<T>): Promise<T> {
    const connection = this.#connected()
    try {
      return await question(await connection)
    } catch (error) {
      if (!(error instanceof DaemonGoneError)) throw error
      this.#forget(connection)
      return question(await this.#connected())
    }
  }

  #connected(): Promise<ControlClient> {
    if (this.#client !== undefined) return this.#client
    const { paths, selfCommand, host, build } = this.#app
    const connection = ensureDaemon({
      state: this.#state,
      paths,
      selfCommand,
      env: host.env,
      version: build.version,
    })
    this.#client = connection
    connection.catch(() => this.#forget(connection))
    return connection
  }

  /** Lets go of a connection; another one may have taken its place already. */
  #forget(connection: Promise<ControlClient> | undefined): void {
    if (this.#client === connection) this.#client = undefined
    connection?.then(
      (client) => client[Symbol.dispose](),
      () => undefined,
    )
  }
}
