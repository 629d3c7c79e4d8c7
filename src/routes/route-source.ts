import { Row } from '../lib/row.ts'
import { openStateReadonly } from '../state/open-state.ts'
import type { State } from '../state/state.ts'
import { RouteStore } from './route-store.ts'
import { type RouteTable, buildRouteTable } from './route-table.ts'

/** How long a look at the database may hold up the proxy; WAL readers wait only for a recovery after a crash. */
const BUSY_TIMEOUT_MS = 100

/** How soon live pages learn of a change that no request has brought to light. */
const POLL_MS = 250

export type RouteSourceOptions = {
  /** Told once when the database can no longer be read; the last table stays in force meanwhile. */
  onError?: (error: unknown) => void
}

/**
 * The routes as they are now, whichever process changes them. Its connection is its own and never writes, because
 * `PRAGMA data_version` tells a connection only of other connections' commits.
 */
export class RouteSource {
  readonly #state: State
  readonly #store: RouteStore
  readonly #onError: (error: unknown) => void
  readonly #listeners = new Set<(table: RouteTable) => void>()
  readonly #forget = (): void => {
    this.#isFresh = false
  }
  #table = buildRouteTable([], 0)
  #dataVersion: number | undefined
  #isFresh = false
  #isFailing = false
  #poll: ReturnType<typeof setInterval> | undefined

  /** @param dir a state folder whose database exists. Throws `UserError` when it cannot be read */
  constructor(dir: string, options: RouteSourceOptions = {}) {
    const state = openStateReadonly(dir, { uid: -1, busyTimeoutMs: BUSY_TIMEOUT_MS })
    if (state === undefined) throw new TypeError(`${dir} holds no state to take routes from`)
    this.#state = state
    this.#store = new RouteStore(state)
    this.#onError = options.onError ?? (() => {})
    this.#refresh()
  }

  /** Looks at the database once per turn of the event loop, however many requests ask in it. Never throws. */
  current(): RouteTable {
    if (!this.#isFresh) {
      this.#isFresh = true
      setImmediate(this.#forget)
      this.#refresh()
    }
    return this.#table
  }

  /** Calls back after each change, until the function it returns is called. */
  onChange(listener: (table: RouteTable) => void): () => void {
    this.#listeners.add(listener)
    this.#poll ??= setInterval(() => this.current(), POLL_MS).unref()
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#stopPolling()
    }
  }

  [Symbol.dispose](): void {
    this.#listeners.clear()
    this.#stopPolling()
    this.#state.close()
  }

  #stopPolling(): void {
    clearInterval(this.#poll)
    this.#poll = undefined
  }

  #refresh(): void {
    try {
      const version = this.#readDataVersion()
      if (version === this.#dataVersion) return
      this.#reload()
      this.#dataVersion = version
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#onError(error)
      this.#isFailing = true
    }
  }

  /** Most commits are about runs and leave the routes as they are. */
  #reload(): void {
    const before = this.#table
    this.#table = this.#state.snapshot(() => {
      const generation = this.#state.routesGeneration
      if (generation === before.generation) return before
      return buildRouteTable(this.#store.list(), generation)
    })
    if (this.#table !== before) queueMicrotask(() => this.#announce())
  }

  #announce(): void {
    for (const listener of this.#listeners) listener(this.#table)
  }

  #readDataVersion(): number {
    const row = this.#state.db.prepare('PRAGMA data_version').get()
    return new Row('pragma', row).integer('data_version')
  }
}
