import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../lib/errors.ts'
import type { RunContext } from '../run/run-context.ts'
import type { RunRecord } from '../run/run-record.ts'
import type { ProxyHost } from './proxy-host.ts'
import { removeStaleSocket } from './stale-socket.ts'

/** How often the sockets are compared with the runs. */
const TICK_MS = 500
const SOCKET_NAME = /^run_[0-9a-f]{12}\.(?:in|out)$/

export type RunRelaysOptions = {
  context: RunContext
  proxy: ProxyHost
  /** Serves what leaves a run, on this socket, until it is disposed of. */
  openEgress: (run: RunRecord, place: { socketPath: string }) => Promise<AsyncDisposable>
  log: (line: string) => void
}

/**
 * The host's ends of the relays of runs that have no network: for each live one a socket that leads to the egress
 * proxy, and one that leads to its own services by name. A run is known by its socket, which nobody else can
 * connect to. Made for the first command that needs them, and again by whichever daemon comes next.
 */
export class RunRelays implements AsyncDisposable {
  readonly #options: RunRelaysOptions
  readonly #egress = new Map<string, AsyncDisposable>()
  #ticker: ReturnType<typeof setInterval> | undefined
  #queue: Promise<void> = Promise.resolve()

  constructor(options: RunRelaysOptions) {
    this.#options = options
  }

  /** Removes what a dead daemon left, opens what is needed, and looks again from time to time. */
  async start(): Promise<void> {
    const { socketDir } = this.#options.context.paths
    for (const name of readdirSync(socketDir).filter((file) => SOCKET_NAME.test(file)))
      removeStaleSocket(join(socketDir, name))
    await this.refresh()
    this.#ticker = setInterval(() => void this.refresh(), TICK_MS)
  }

  /** Opens the sockets of runs that came, and closes those of runs that ended. Never rejects. */
  refresh(): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      try {
        await this.#compare()
      } catch (error) {
        this.#options.log(`could not look after the relays of runs: ${messageOf(error)}`)
      }
    })
    return this.#queue
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#ticker)
    await this.#queue
    this.#options.proxy.answerRuns(new Map())
    await Promise.all([...this.#egress.keys()].map((runId) => this.#closeEgress(runId)))
  }

  async #compare(): Promise<void> {
    const { context, proxy } = this.#options
    const live = context.runs.list({ live: true }).filter(({ runtime }) => runtime === 'embedded')
    proxy.answerRuns(new Map(live.map(({ id }) => [id, context.paths.insideSocket(id)])))
    const ids = new Set(live.map(({ id }) => id))
    const gone = [...this.#egress.keys()].filter((runId) => !ids.has(runId))
    await Promise.all(gone.map((runId) => this.#closeEgress(runId)))
    for (const run of live) await this.#openEgress(run)
  }

  async #openEgress(run: RunRecord): Promise<void> {
    if (this.#egress.has(run.id)) return
    const { context, openEgress } = this.#options
    this.#egress.set(
      run.id,
      await openEgress(run, { socketPath: context.paths.egressSocket(run.id) }),
    )
  }

  async #closeEgress(runId: string): Promise<void> {
    const open = this.#egress.get(runId)
    this.#egress.delete(runId)
    await open?.[Symbol.asyncDispose]()
  }
}
