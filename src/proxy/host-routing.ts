import type { Route } from '../routes/route.ts'
import type { HostMatch, RouteTable } from '../routes/route-table.ts'
import { equalsBytes } from './byte-class.ts'
import type { ClientOrigin } from './client-origin.ts'
import { ForwardedFields } from './forwarded-fields.ts'
import type { ProxyContext } from './proxy-context.ts'
import type { RequestHead } from './request-head.ts'
import type { UpstreamGroup } from './upstream-group.ts'

/** A service, and the connections to it. */
export type ServiceDestination = { kind: 'service'; route: Route; group: UpstreamGroup }

/** A host as a client named it, and what it stands for. */
export type RoutedHost = {
  match: HostMatch
  /** The service the host means: the one it names, or the only one of the agent it names. */
  service: ServiceDestination | undefined
  /** It means something the client may not know about, be it there or not. */
  isOutOfReach: boolean
  forwarded: ForwardedFields
}

const noHost = Buffer.alloc(0)

/**
 * Looks up hosts for one client's connection. A client asks for the same host again and again, so the
 * last answer is kept until the host or the routes change.
 */
export class HostRouting {
  private hostBytes: Buffer = noHost
  private table: RouteTable | undefined
  private routed: RoutedHost | undefined
  private readonly context: ProxyContext
  private readonly origin: ClientOrigin

  constructor(context: ProxyContext, origin: ClientOrigin) {
    this.context = context
    this.origin = origin
  }

  route(bytes: Buffer, head: RequestHead): RoutedHost {
    const table = this.context.currentTable()
    const { hostStart, hostEnd } = head
    const isSame = table === this.table && equalsBytes(bytes, hostStart, hostEnd, this.hostBytes)
    if (isSame && this.routed !== undefined) return this.routed
    const host = bytes.toString('latin1', hostStart, hostEnd)
    const match = table.match(host)
    const route = routeOf(match)
    this.routed = {
      match,
      service: route && { kind: 'service', route, group: this.context.upstreams.groupOf(route) },
      isOutOfReach: this.origin.runId !== undefined && !isOfRun(match, this.origin.runId),
      forwarded: new ForwardedFields(this.origin.address, host, this.context.port),
    }
    this.table = table
    this.hostBytes = Buffer.from(host, 'latin1')
    return this.routed
  }
}

/** Whether a name belongs to a run: its services, its index, and what it could have below its name. */
function isOfRun(match: HostMatch, runId: string): boolean {
  const isOwn = ({ owner }: Route): boolean => owner.kind === 'run' && owner.runId === runId
  if (match.kind === 'service') return isOwn(match.route)
  if (match.kind === 'agent' || match.kind === 'unknown-service') return match.routes.every(isOwn)
  return false
}

function routeOf(match: HostMatch): Route | undefined {
  if (match.kind === 'service') return match.route
  return match.kind === 'agent' && match.routes.length === 1 ? match.routes[0] : undefined
}
