import type { Route } from './route.ts'

/** What a Host header names. */
export type HostMatch =
  | { kind: 'service'; route: Route }
  | { kind: 'agent'; agent: string; routes: readonly Route[] }
  | { kind: 'root' }
  | {
      kind: 'unknown-service'
      agent: string
      service: string
      routes: readonly Route[]
      nearest?: string
    }
  | { kind: 'unknown-agent'; agent: string; nearest?: string }
  /** Not `localhost`, `*.localhost` or a loopback address: 421. */
  | { kind: 'foreign'; host: string }
  /** Not a host at all: 400. */
  | { kind: 'malformed' }

/** A consistent picture of all routes; a change makes a new one. */
export interface RouteTable {
  /** Grows with every change of the routes, whoever made it. */
  readonly generation: number
  /** All routes, ordered by agent, then position. */
  readonly routes: readonly Route[]
  /** Resolves a Host header value (port allowed, any case, one trailing dot). Never throws. */
  match(host: string): HostMatch
}
