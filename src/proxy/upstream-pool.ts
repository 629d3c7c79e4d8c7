import { formatServiceHost } from '../routes/host-name.ts'
import type { Route, RouteOwner, Upstream } from '../routes/route.ts'
import type { RouteTable } from '../routes/route-table.ts'
import { dialTargetsOf } from './dial.ts'
import { UpstreamGroup, type UpstreamGroupOptions } from './upstream-group.ts'

type Entry = { route: Route; group: UpstreamGroup }

/** The connections to all upstreams, kept by route: never shared between two runs. */
export class UpstreamPool {
  private readonly entries = new Map<string, Entry>()
  private readonly tunnelCounts = new Map<string, number>()
  private readonly options: Omit<UpstreamGroupOptions, 'targets'>

  constructor(options: Omit<UpstreamGroupOptions, 'targets'>) {
    this.options = options
  }

  get groups(): UpstreamGroup[] {
    return Array.from(this.entries.values(), (entry) => entry.group)
  }

  groupOf(route: Route): UpstreamGroup {
    const key = keyOf(route)
    const known = this.entries.get(key)
    if (known !== undefined) return known.group
    const group = new UpstreamGroup({ ...this.options, targets: dialTargetsOf(route) })
    this.entries.set(key, { route, group })
    return group
  }

  /** Lets go of the upstreams whose route is not in `table` (any more). */
  keepOnly(table: RouteTable): void {
    for (const [key, { route, group }] of this.entries) {
      const found = table.match(formatServiceHost(route.service, route.agent))
      if (found.kind === 'service' && keyOf(found.route) === key) continue
      this.entries.delete(key)
      group.retire()
    }
  }

  close(): void {
    for (const { group } of this.entries.values()) group.retire()
    this.entries.clear()
  }

  /** Whether the agent has as many tunnels as it may have. */
  isFullOfTunnels(agent: string): boolean {
    return (this.tunnelCounts.get(agent) ?? 0) >= this.options.limits.tunnelsPerAgent
  }

  addTunnel(agent: string): void {
    this.tunnelCounts.set(agent, (this.tunnelCounts.get(agent) ?? 0) + 1)
  }

  removeTunnel(agent: string): void {
    const count = this.tunnelCounts.get(agent) ?? 0
    if (count > 1) this.tunnelCounts.set(agent, count - 1)
    else this.tunnelCounts.delete(agent)
  }
}

/** Two routes with the same key lead to the same service of the same run. */
function keyOf(route: Route): string {
  return [route.agent, route.service, ownerKey(route.owner), upstreamKey(route.upstream)].join(' ')
}

function ownerKey(owner: RouteOwner): string {
  return owner.kind === 'run' ? owner.runId : 'static'
}

function upstreamKey(upstream: Upstream): string {
  return upstream.kind === 'address'
    ? `${upstream.host} ${upstream.port}`
    : `${upstream.socketPath} ${upstream.port}`
}
