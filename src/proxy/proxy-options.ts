import type { Route } from '../routes/route.ts'
import type { RouteTable } from '../routes/route-table.ts'
import type { AccessEntry } from './access-entry.ts'
import type { ProxyLimits } from './proxy-limits.ts'
import type { ServiceCondition } from './service-condition.ts'

export type ProxyOptions = {
  /** The routes of this moment; asked on every request. */
  routes: () => RouteTable
  /** Why a service does not answer, from the runtime's side. Given up after {@link ProxyLimits.explainMs}. */
  explain: (route: Route) => Promise<ServiceCondition>
  /** Calls the listener after each change of the routes; returns how to stop that. */
  onRoutesChanged?: (listener: () => void) => () => void
  /** Where the page server's Unix socket is made; in a directory only its owner can enter. */
  pagesSocketPath: string
  /** The time shown in answers and in the access log. */
  clock: { now(): number }
  /** Takes messages for the daemon's log. */
  log: (line: string) => void
  /** Gets every finished request to a service of a run. */
  onAccess?: (entry: AccessEntry) => void
  /**
   * Whether a client on this machine may say for whom it asks (X-Forwarded-*), as a tunnel in front
   * has to; default true. Clients elsewhere never may.
   */
  trustsLoopback?: boolean
  /** Shown on the pages. */
  version: string
  limits?: Partial<ProxyLimits>
}
