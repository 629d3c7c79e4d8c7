import { nearestName } from '../lib/nearest-name.ts'
import {
  formatAgentHost,
  formatFlatAlias,
  formatServiceHost,
  parseHost,
  splitFlatAlias,
  withoutPort,
} from './host-name.ts'
import type { Route } from './route.ts'

/** What a Host header names. */
export type HostMatch =
  | { kind: 'service'; route: Route }
  | { kind: 'agent'; agent: string; routes: readonly Route[] }
  | { kind: 'root' }
  | UnknownMatch
  /** Not `localhost`, `*.localhost` or a loopback address: 421. */
  | { kind: 'foreign'; host: string }
  /** Not a host at all: 400. */
  | { kind: 'malformed' }

type UnknownMatch =
  | {
      kind: 'unknown-service'
      agent: string
      service: string
      routes: readonly Route[]
      nearest?: string
    }
  | { kind: 'unknown-agent'; agent: string; nearest?: string }

/** A consistent picture of all routes; a change makes a new one. */
export interface RouteTable {
  /** Grows with every change of the routes, whoever made it. */
  readonly generation: number
  /** All routes, ordered by agent, then position. */
  readonly routes: readonly Route[]
  /** Resolves a Host header value (port allowed, any case, one trailing dot). Never throws. */
  match(host: string): HostMatch
}

/** Finding the nearest name compares with every agent, so its answers are kept, up to this number, */
const UNKNOWN_KEPT = 256
/** and beyond this many agents it is left out: a page that asks for random names must not stall the others. */
const COMPARED_MAX = 500

/**
 * Makes the table of these routes. A known host costs one look-up in a map however many routes there are; other
 * spellings of it (upper case, final dot) and unknown hosts cost a parse more.
 */
export function buildRouteTable(routes: readonly Route[], generation: number): RouteTable {
  const ordered = [...routes].sort(byAgentAndPosition)
  const agents = Map.groupBy(ordered, (route) => route.agent)
  const hosts = hostsOf(ordered, agents)
  const unknown = new Map<string, UnknownMatch>()

  function matchUnknown(labels: readonly string[], name: string): UnknownMatch {
    const known = unknown.get(name)
    if (known !== undefined) return known
    if (unknown.size >= UNKNOWN_KEPT) unknown.clear()
    const match = explainUnknown(labels, agents)
    unknown.set(name, match)
    return match
  }

  function matchParsed(host: string): HostMatch {
    const parsed = parseHost(host)
    if (parsed === undefined) return { kind: 'malformed' }
    if (parsed.kind !== 'below-root') return parsed
    const name = `${parsed.labels.join('.')}.localhost`
    return hosts.get(name) ?? matchUnknown(parsed.labels, name)
  }

  return {
    generation,
    routes: ordered,
    match(host) {
      const exact = hosts.get(withoutPort(host) ?? '')
      return exact ?? matchParsed(host)
    },
  }
}

type Agents = ReadonlyMap<string, readonly Route[]>

/** Every host that has an answer. An agent's own name wins over an alias that reads the same. */
function hostsOf(routes: readonly Route[], agents: Agents): Map<string, HostMatch> {
  const hosts = new Map<string, HostMatch>([['localhost', { kind: 'root' }]])
  for (const route of routes) {
    const match: HostMatch = { kind: 'service', route }
    hosts.set(formatServiceHost(route.service, route.agent), match)
    const alias = formatFlatAlias(route.service, route.agent)
    if (alias !== undefined) hosts.set(alias, match)
  }
  for (const [agent, ofAgent] of agents) {
    hosts.set(formatAgentHost(agent), { kind: 'agent', agent, routes: ofAgent })
  }
  return hosts
}

/** What to say about a name that nothing has. A deeper name (`x.web.myapp`) is never answered by a part of it. */
function explainUnknown(labels: readonly string[], agents: Agents): UnknownMatch {
  const agent = labels.at(-1) ?? ''
  if (labels.length > 1) return explainService(labels.slice(0, -1).join('.'), agent, agents)
  const alias = splitFlatAlias(agent)
  const asAgent = explainAgent(agent, agents)
  if (alias === undefined || 'nearest' in asAgent) return asAgent
  return explainService(alias.service, alias.agent, agents)
}

function explainService(service: string, agent: string, agents: Agents): UnknownMatch {
  const routes = agents.get(agent)
  if (routes === undefined) return explainAgent(agent, agents)
  const services = routes.map((route) => route.service)
  const last = service.slice(service.lastIndexOf('.') + 1)
  const nearest = services.includes(last) ? last : nearestName(last, services)
  const match: UnknownMatch = { kind: 'unknown-service', agent, service, routes }
  return nearest === undefined ? match : { ...match, nearest }
}

function explainAgent(agent: string, agents: Agents): UnknownMatch {
  const nearest = agents.size > COMPARED_MAX ? undefined : nearestName(agent, agents.keys())
  return nearest === undefined
    ? { kind: 'unknown-agent', agent }
    : { kind: 'unknown-agent', agent, nearest }
}

function byAgentAndPosition(one: Route, other: Route): number {
  if (one.agent !== other.agent) return one.agent < other.agent ? -1 : 1
  if (one.position !== other.position) return one.position - other.position
  return one.service < other.service ? -1 : 1
}
