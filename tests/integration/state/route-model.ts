import { UserError } from '../../../src/lib/errors.ts'
import { SqliteFailure } from '../../../src/platform/sqlite.ts'
import { RouteStore } from '../../../src/routes/route-store.ts'
import type { Route, RouteName } from '../../../src/routes/route.ts'
import type { State } from '../../../src/state/state.ts'
import { insertRun, setRunState } from '../../support/run-row.ts'

/** What one user of the route store may do. Runs are numbered by the user; a number may never have started, or have ended. */
export type RouteStep =
  | { kind: 'start'; run: number; name: string }
  | { kind: 'publish'; run: number; services: readonly string[]; port: number }
  /** The run is over, and its routes are still there: its supervisor died. */
  | { kind: 'end'; run: number }
  | { kind: 'remove'; run: number }
  | { kind: 'add-static'; name: RouteName; port: number }
  | { kind: 'remove-static'; name: RouteName }

type ModelRun = { name: string; isLive: boolean; routes: readonly Route[] }

/**
 * The route store beside what one user of it may expect, in plain maps. Other processes may use the same store: what is
 * checked is what none of them may break.
 */
export class RouteModel {
  readonly #state: State
  readonly #store: RouteStore
  readonly #prefix: string
  readonly #runs = new Map<number, ModelRun>()
  readonly #static = new Map<string, Route>()

  readonly #isAlone: boolean
  readonly #host: string

  /**
   * @param options `prefix` tells the runs of this user from others'; `isAlone`: every refusal must be explained;
   * `host`: where this user's static routes lead, so that no two users add the very same one
   */
  constructor(state: State, options: { prefix: string; isAlone: boolean; host: string }) {
    this.#state = state
    this.#store = new RouteStore(state)
    this.#prefix = options.prefix
    this.#isAlone = options.isAlone
    this.#host = options.host
  }

  /** What this user expects to find: the routes of live runs, and the static ones. */
  get routes(): Route[] {
    return [...this.#live().flatMap((run) => run.routes), ...this.#static.values()]
  }

  /** Takes the step in the store and in the model; a refusal of the store is none when the model explains it. */
  take(step: RouteStep): void {
    switch (step.kind) {
      case 'start':
        return this.#start(step.run, step.name)
      case 'publish':
        return this.#publish(step.run, step.services, step.port)
      case 'end':
        return this.#end(step.run)
      case 'remove':
        return this.#removeRun(step.run)
      case 'add-static':
        return this.#addStatic(step.name, step.port)
      case 'remove-static':
        return this.#removeStatic(step.name)
      default:
        return step satisfies never
    }
  }

  /** Ends what is live and removes what is static. */
  leave(): void {
    for (const number of this.#runs.keys()) this.#end(number)
    for (const { service, agent } of this.#static.values()) this.#removeStatic({ service, agent })
  }

  /** Throws when something that this user put there is not there, or not as it was put. */
  check(): void {
    const found = new Map(this.#store.list().map((route) => [hostOf(route), route]))
    for (const route of this.routes) {
      const there = found.get(hostOf(route))
      if (!Bun.deepEquals(there, route))
        throw new Error(`expected ${JSON.stringify(route)}, found ${JSON.stringify(there)}`)
    }
  }

  #start(number: number, name: string): void {
    if (this.#runs.has(number)) return
    try {
      insertRun(this.#state, this.#id(number), name)
    } catch (error) {
      if (!(error instanceof SqliteFailure && error.code === 'constraint')) throw error
      return this.#explain(
        'start',
        this.#live().some((run) => run.name === name),
      )
    }
    this.#runs.set(number, { name, isLive: true, routes: [] })
  }

  #publish(number: number, services: readonly string[], port: number): void {
    const run = this.#runs.get(number)
    if (run === undefined) return
    const routes = services.map((service, position) =>
      this.#route(number, run, service, position, port),
    )
    if (accepts(() => this.#store.publish(this.#id(number), routes))) {
      if (!run.isLive) throw new Error('an ended run has published')
      run.routes = routes
      return
    }
    const isTaken = services.some((service) => this.#static.has(`${service}.${run.name}`))
    this.#explain('publish', !run.isLive || isTaken)
  }

  #end(number: number): void {
    const run = this.#runs.get(number)
    if (run === undefined) return
    run.isLive = false
    setRunState(this.#state, this.#id(number), 'stopped')
  }

  #removeRun(number: number): void {
    this.#store.removeByRun(this.#id(number))
    const run = this.#runs.get(number)
    if (run !== undefined) run.routes = []
  }

  #addStatic(name: RouteName, port: number): void {
    const mine = this.#static.get(hostOf(name))
    const upstream = { kind: 'address', host: this.#host, port } as const
    let added: Route | undefined
    if (!accepts(() => (added = this.#store.addStatic(name, upstream))) || added === undefined) {
      const isTaken = this.routes.some((route) => hostOf(route) === hostOf(name))
      return this.#explain('add-static', isTaken)
    }
    if (mine !== undefined && !Bun.deepEquals(mine, added))
      throw new Error('a static route was replaced')
    this.#static.set(hostOf(name), added)
  }

  #removeStatic(name: RouteName): void {
    // Users leave each other's static routes alone here, so that each knows what to expect.
    if (!this.#static.delete(hostOf(name))) return
    this.#store.removeStatic(name)
  }

  #live(): ModelRun[] {
    return [...this.#runs.values()].filter((run) => run.isLive)
  }

  #explain(step: RouteStep['kind'], isExplained: boolean): void {
    if (this.#isAlone && !isExplained) throw new Error(`${step} was refused without a reason`)
  }

  #id(number: number): string {
    return `${this.#prefix}_${number}`
  }

  #route(number: number, run: ModelRun, service: string, position: number, port: number): Route {
    return {
      agent: run.name,
      service,
      upstream: { kind: 'address', host: '127.0.0.1', port },
      owner: { kind: 'run', runId: this.#id(number) },
      position,
    }
  }
}

/** A route on one line, to compare sets of them. */
export function describeRoute({ agent, service, upstream, owner, position }: Route): string {
  const to = upstream.kind === 'address' ? `${upstream.host}:${upstream.port}` : upstream.socketPath
  const by = owner.kind === 'run' ? owner.runId : 'static'
  return `${service}.${agent} to ${to} by ${by} at ${position}`
}

function hostOf({ service, agent }: RouteName): string {
  return `${service}.${agent}`
}

/** False when the store refuses in the user's words; every other failure is one of the test. */
function accepts(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}
