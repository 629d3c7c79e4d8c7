import type { PortSource, ProxyStatus } from './control-protocol.ts'
import type { Clock } from '../platform/clock.ts'
import { portOwner } from '../platform/port-owner.ts'
import { messageOf, usageError, UserError } from '../lib/errors.ts'
import type { AccessEntry } from '../proxy/access-entry.ts'
import { bindProxy, type BoundProxy, PortError } from '../proxy/bind-proxy.ts'
import type { ProxyLimits } from '../proxy/proxy-limits.ts'
import { noStats, type ProxyStats } from '../proxy/proxy-stats.ts'
import { type RunningProxy, serveProxy } from '../proxy/serve-proxy.ts'
import type { ServiceCondition } from '../proxy/service-condition.ts'
import type { RouteSource } from '../routes/route-source.ts'
import type { Route } from '../routes/route.ts'
import { portConflict } from './port-conflict.ts'

export type ProxyHostOptions = {
  routes: RouteSource
  explain: (route: Route) => Promise<ServiceCondition>
  pagesSocketPath: string
  clock: Clock
  onAccess: (entry: AccessEntry) => void
  log: (line: string) => void
  version: string
  /** What differs from the proxy's usual limits. */
  limits?: Partial<ProxyLimits>
  /** Called when the port or the pin changed, to keep it in the database. */
  onChange: (change: { port: number | undefined; pinned: boolean }) => void
}

/** The run whose program has this address; undefined: none of ours. */
type Identify = (address: string) => Promise<string | undefined>

/** What the proxy knows of the daemon's status. */
type ListeningStatus = Pick<ProxyStatus, 'listening' | 'port' | 'addresses' | 'pinned'> & ProxyStats

/** The daemon's one routing proxy: not there, or listening on one port. */
export class ProxyHost implements AsyncDisposable {
  readonly #options: ProxyHostOptions
  #running: { bound: BoundProxy; proxy: RunningProxy } | undefined
  #pinned = false
  /** Runs whose programs reach the proxy by a socket of their own. */
  #runSockets: ReadonlyMap<string, string> = new Map()
  readonly #runListeners = new Map<string, Disposable>()
  /** Addresses at which containers ask, and who tells whose they are. */
  readonly #gateways = new Map<string, { identify: Identify; listener?: Disposable }>()
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: ProxyHostOptions) {
    this.#options = options
  }

  get pinned(): boolean {
    return this.#pinned
  }

  get listening(): boolean {
    return this.#running !== undefined
  }

  /** Serves listeners that were opened before the daemon gave up its privileges. */
  async adopt(bound: BoundProxy, pinned: boolean): Promise<void> {
    await this.#inTurn(() => this.#serve(bound, pinned))
  }

  /**
   * Has the proxy listen and returns the port it really listens on. A port that was asked for and
   * differs from the live one is refused; one that is only the default gives way to the live one.
   */
  async ensure(wish: { port: number; source: PortSource; pin: boolean }): Promise<number> {
    return this.#inTurn(async () => {
      const live = this.#running?.bound.port
      if (live === undefined) return this.#serve(await this.#bind(wish.port), wish.pin)
      if (wish.source === 'asked' && wish.port !== live && wish.port !== 0)
        throw portConflict(live, wish.port)
      const pinned = this.#pinned || wish.pin
      this.#options.onChange({ port: live, pinned })
      this.#pinned = pinned
      return live
    })
  }

  /**
   * Has the programs inside these runs, and no others, reach the proxy: each by its own socket, whose path is
   * the value. As long as the proxy listens.
   */
  answerRuns(sockets: ReadonlyMap<string, string>): void {
    this.#runSockets = sockets
    for (const runId of this.#runListeners.keys())
      if (!sockets.has(runId)) this.#stopAnswering(runId)
    if (this.#running === undefined) return
    for (const [runId, path] of sockets)
      if (!this.#runListeners.has(runId))
        this.#runListeners.set(runId, this.#running.proxy.serveRun(runId, path))
  }

  /**
   * Has the proxy listen on one more address, for the programs inside containers; as long as it listens. Throws the
   * system's error when that address cannot be listened on.
   */
  answerContainers(address: string, identify: Identify): void {
    const known = this.#gateways.get(address)
    if (known?.listener !== undefined || this.#running === undefined) return
    const listener = this.#running.proxy.serveRuns(address, identify)
    this.#gateways.set(address, { identify, listener })
  }

  /** Takes back `answerContainers`. */
  forgetContainers(address: string): void {
    this.#gateways.get(address)?.listener?.[Symbol.dispose]()
    this.#gateways.delete(address)
  }

  /** After the proxy began to listen: where it cannot now, containers do without. */
  #answerKnownContainers(): void {
    for (const [address, { identify }] of this.#gateways)
      try {
        this.answerContainers(address, identify)
      } catch (error) {
        this.#options.log(`cannot answer containers at ${address}: ${messageOf(error)}`)
      }
  }

  #stopAnswering(runId: string): void {
    this.#runListeners.get(runId)?.[Symbol.dispose]()
    this.#runListeners.delete(runId)
  }

  #stopAnsweringAll(): void {
    for (const runId of this.#runListeners.keys()) this.#stopAnswering(runId)
    for (const [address, { identify, listener }] of this.#gateways) {
      listener?.[Symbol.dispose]()
      this.#gateways.set(address, { identify })
    }
  }

  /** Closes the listeners; runs go on, unreachable by name until the proxy is started again. */
  async stop(): Promise<void> {
    await this.#inTurn(async () => {
      const running = this.#running
      this.#running = undefined
      this.#pinned = false
      this.#stopAnsweringAll()
      await running?.proxy.stop()
      this.#options.onChange({ port: undefined, pinned: false })
    })
  }

  status(): ListeningStatus {
    const running = this.#running
    const listening =
      running === undefined
        ? { listening: false, addresses: [], pinned: false }
        : {
            listening: true,
            port: running.bound.port,
            addresses: [...running.bound.addresses],
            pinned: this.#pinned,
          }
    return { ...listening, ...(running?.proxy.stats() ?? noStats) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(async () => {
      this.#stopAnsweringAll()
      await this.#running?.proxy.stop()
    })
  }

  async #bind(port: number): Promise<BoundProxy> {
    try {
      return await bindProxy(port)
    } catch (error) {
      throw error instanceof PortError ? portProblem(error) : error
    }
  }

  async #serve(bound: BoundProxy, pinned: boolean): Promise<number> {
    const { routes, onChange, explain, pagesSocketPath, clock, onAccess, log, version, limits } =
      this.#options
    const options = {
      routes: () => routes.current(),
      explain,
      onRoutesChanged: (listener: () => void) => routes.onChange(listener),
      pagesSocketPath,
      clock,
      onAccess,
      log,
      version,
      limits: limits ?? {},
    }
    const proxy = await serveProxy(bound, options).catch((error: unknown) => {
      bound.close()
      throw error
    })
    this.#running = { bound, proxy }
    this.#pinned = pinned
    this.answerRuns(this.#runSockets)
    this.#answerKnownContainers()
    onChange({ port: bound.port, pinned })
    return bound.port
  }

  /** One change at a time, so that two commands cannot both find nothing listening. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work)
    this.#queue = turn.catch(() => undefined)
    return turn
  }
}

/** Says why a port cannot be used, and what can be done about it. */
export function portProblem(error: PortError): UserError {
  const { port } = error
  const other = [
    `agent proxy start --port <another port>`,
    `set proxy.port in config.yaml or AGENTOPS_PROXY_PORT`,
  ]
  switch (error.reason) {
    case 'busy': {
      const owner = portOwner(port)
      const by = owner === undefined ? '' : ` by ${owner.command} (pid ${owner.pid})`
      const stop = owner === undefined ? 'stop the program that uses it' : `stop ${owner.command}`
      return new UserError(`port ${port} is in use${by}`, { fix: [stop, ...other], cause: error })
    }
    case 'forbidden':
      return new UserError(`port ${port} needs privileges that this user does not have`, {
        fix: [`sudo agent proxy start --port=${port}`, ...other],
        cause: error,
      })
    case 'unsafe':
      return usageError(`browsers refuse to open port ${port}`, other)
    default:
      return error.reason satisfies never
  }
}
