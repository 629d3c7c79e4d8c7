/**
 * Where a route's requests go: an address that accepts TCP, or a relay socket (a Unix socket that
 * takes `PORT\n`, answers `ok\n`, then carries bytes: the way into a sandbox with its own loopback).
 */
export type Upstream =
  | { kind: 'address'; host: string; port: number }
  | { kind: 'relay'; socketPath: string; port: number }

/** Who a route belongs to. A run's routes go with the run; static ones only when the user says so. */
export type RouteOwner = { kind: 'run'; runId: string } | { kind: 'static' }

/** Both are DNS labels in lower case. */
export type RouteName = { service: string; agent: string }

/** `<service>.<agent>.localhost` → upstream. */
export type Route = RouteName & {
  upstream: Upstream
  owner: RouteOwner
  /** The port inside the container, for the pages that explain why a service does not answer. */
  containerPort?: number
  /** Order of the services of one agent, as written in agent.yaml, from 0. */
  position: number
}
