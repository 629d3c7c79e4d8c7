import type { ControlClient } from '../daemon/control-client.ts'
import type { PortSource } from '../daemon/control-protocol.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { Supervision } from '../run/start-options.ts'
import type { State } from '../state/state.ts'
import type { AppContext } from './app-context.ts'

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
    const client = await this.#connected()
    await client.watch(kind, endpoint)
  }

  async proxyPort(): Promise<number> {
    const client = await this.#connected()
    return client.ensureProxy({ ...this.#port, pin: false })
  }

  async takeOver(runId: string, { attached }: { attached: boolean }): Promise<void> {
    if (!attached) {
      const client = await this.#connected()
      await client.supervise(runId)
      return
    }
    void this.#keepHolding(runId)
  }

  async release(runId: string): Promise<void> {
    this.#over = true
    const client = await this.#connected()
    await client.release(runId)
  }

  [Symbol.dispose](): void {
    this.#over = true
    const client = this.#client
    this.#client = undefined
    void client?.then((open) => open[Symbol.dispose]())
  }

  /** Holds the run through every daemon: one that dies is started again. */
  async #keepHolding(runId: string): Promise<void> {
    while (!this.#over) {
      try {
        const client = await this.#connected()
        await client.hold(runId)
        await client.closed
      } catch {
        // Not to be had now: the run goes on, and we are its owner as long as this process lives.
        await new Promise((resolve) => {
          setTimeout(resolve, 1000).unref()
        })
      }
      this.#client = undefined
    }
  }

  #connected(): Promise<ControlClient> {
    const { paths, selfCommand, host, build } = this.#app
    this.#client ??= ensureDaemon({
      state: this.#state,
      paths,
      selfCommand,
      env: host.env,
      version: build.version,
    })
    return this.#client
  }
}
