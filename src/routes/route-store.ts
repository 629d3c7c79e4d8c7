import { parseDnsLabel } from '../lib/dns-label.ts'
import { UserError, usageError } from '../lib/errors.ts'
import { Row } from '../lib/row.ts'
import type { State } from '../state/state.ts'
import { formatRouteName, heldByRun, nameTaken, noSuchRoute } from './route-conflict.ts'
import { decodeRoute } from './route-row.ts'
import type { Route, RouteName, Upstream } from './route.ts'

/** States in which a run may publish: one that is being ended has had its routes removed already. */
const PUBLISHING_STATES = ['created', 'starting', 'running']

/**
 * The `routes` table. Every change is one transaction, and part of the caller's when there is one. A run's routes are
 * found by run id and never by name: an ended run must not take the routes of a newer one of the same name.
 */
export class RouteStore {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  /** All routes, by agent, then in the order of agent.yaml. */
  list(): Route[] {
    return this.#select('')
  }

  listStatic(): Route[] {
    return this.#select('WHERE run_id IS NULL')
  }

  /**
   * Makes these the routes of a run; what it had before goes. What an ended run of the same name left gives way.
   * Throws `UserError` for a name that is a static route, and when the run is over or being ended.
   */
  publish(runId: string, routes: readonly Route[]): void {
    this.#state.transaction(() => {
      const run = this.#publishingRun(runId)
      this.#state.db.prepare('DELETE FROM routes WHERE run_id = ?').run(runId)
      for (const route of routes) {
        if (route.agent !== run || route.owner.kind !== 'run' || route.owner.runId !== runId)
          throw new TypeError(`${formatRouteName(route)} is no route of ${runId} ("${run}")`)
        const holder = this.#holder(route)
        if (holder !== undefined) throw nameTaken(holder)
        this.#insert(route)
      }
    })
  }

  /**
   * Throws the `UserError` of `publish` for names that are static routes, before anything is made for a run. Only
   * reads; a route that is added afterwards is found when the run publishes.
   */
  refuseStatic(names: readonly RouteName[]): void {
    const holder = this.listStatic().find((route) =>
      names.some(({ agent, service }) => route.agent === agent && route.service === service),
    )
    if (holder !== undefined) throw nameTaken(holder)
  }

  /** @returns how many there were */
  removeByRun(runId: string): number {
    return this.#state.transaction(
      () => this.#state.db.prepare('DELETE FROM routes WHERE run_id = ?').run(runId).changes,
    )
  }

  /**
   * Adds a route of the user's; one that is there already, to the same place, is left as it is.
   * Throws `UserError` for a name that cannot be a host or that another route has.
   */
  addStatic(name: RouteName, upstream: Upstream): Route {
    const { service, agent } = name
    requireLabel(service, 'service name')
    requireLabel(agent, 'agent name')
    return this.#state.transaction(() => {
      const holder = this.#holder(name)
      if (holder !== undefined && isStaticTo(holder, upstream)) return holder
      if (holder !== undefined) throw nameTaken(holder)
      const position = this.#nextPosition(agent)
      const route: Route = { agent, service, upstream, owner: { kind: 'static' }, position }
      this.#insert(route)
      return route
    })
  }

  /** Removes a route of the user's. Throws `UserError` when there is none of that name, or it is a run's. */
  removeStatic(name: RouteName): void {
    this.#state.transaction(() => {
      const holder = this.#holder(name)
      if (holder === undefined) throw noSuchRoute(name, this.listStatic())
      if (holder.owner.kind === 'run') throw heldByRun(holder, holder.owner.runId)
      this.#remove(name)
    })
  }

  #select(where: string): Route[] {
    return this.#state.db
      .prepare(`SELECT * FROM routes ${where} ORDER BY agent, position, service`)
      .all()
      .map(decodeRoute)
  }

  /** The name of a run that may publish. */
  #publishingRun(runId: string): string {
    const row = new Row(
      'runs',
      this.#state.db.prepare('SELECT name, state FROM runs WHERE id = ?').get(runId),
    )
    const state = row.text('state')
    if (!PUBLISHING_STATES.includes(state)) {
      throw new UserError(`${runId} cannot publish its services: it is ${state}`)
    }
    return row.text('name')
  }

  /** Who has a name; a route that a run left behind when it ended is removed and counts for nothing. */
  #holder(name: RouteName): Route | undefined {
    const row = this.#state.db
      .prepare('SELECT * FROM routes WHERE agent = ? AND service = ?')
      .get(name.agent, name.service)
    if (row === undefined) return undefined
    const route = decodeRoute(row)
    if (route.owner.kind === 'static' || this.#isLive(route.owner.runId)) return route
    this.#remove(name)
    return undefined
  }

  #isLive(runId: string): boolean {
    const ended = this.#state.db
      .prepare(`SELECT 1 FROM runs WHERE id = ? AND state IN ('stopped', 'failed')`)
      .get(runId)
    return ended === undefined
  }

  #nextPosition(agent: string): number {
    const last = this.#state.db
      .prepare('SELECT max(position) AS position FROM routes WHERE agent = ?')
      .get(agent)
    return (new Row('routes', last).optionalInteger('position') ?? -1) + 1
  }

  #remove({ agent, service }: RouteName): void {
    this.#state.db.prepare('DELETE FROM routes WHERE agent = ? AND service = ?').run(agent, service)
  }

  #insert({ agent, service, upstream, owner, containerPort, position }: Route): void {
    this.#state.db
      .prepare(
        `INSERT INTO routes (agent, service, upstream_kind, upstream_host, upstream_port,
           upstream_path, run_id, container_port, position)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        agent,
        service,
        upstream.kind,
        upstream.kind === 'address' ? upstream.host : null,
        upstream.port,
        upstream.kind === 'relay' ? upstream.socketPath : null,
        owner.kind === 'run' ? owner.runId : null,
        containerPort ?? null,
        position,
      )
  }
}

function requireLabel(text: string, subject: string): void {
  const label = parseDnsLabel(text, subject)
  if (!label.ok) throw usageError(label.what, label.fix)
}

function isStaticTo({ owner, upstream: held }: Route, wanted: Upstream): boolean {
  if (owner.kind !== 'static' || held.port !== wanted.port) return false
  return held.kind === 'address'
    ? wanted.kind === 'address' && held.host === wanted.host
    : wanted.kind === 'relay' && held.socketPath === wanted.socketPath
}
