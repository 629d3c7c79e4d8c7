import { UserError } from '../lib/errors.ts'
import { nearestName } from '../lib/nearest-name.ts'
import { quoted } from '../lib/quoted.ts'
import { formatServiceHost } from './host-name.ts'
import type { Route, RouteName, Upstream } from './route.ts'

/** A name that somebody wants and another route has. */
export function nameTaken(holder: Route): UserError {
  return holder.owner.kind === 'run'
    ? heldByRun(holder, holder.owner.runId)
    : new UserError(
        `${hostOf(holder)} is a static route to ${formatUpstream(holder.upstream)} already`,
        { fix: [`agent route remove ${formatRouteName(holder)}`, 'or use another name'] },
      )
}

export function heldByRun(holder: Route, runId: string): UserError {
  return new UserError(`${hostOf(holder)} belongs to the live run ${runId}`, {
    fix: [`agent stop ${runId}`, 'or use another name'],
  })
}

export function noSuchRoute(name: RouteName, routes: readonly Route[]): UserError {
  const nearest = nearestName(formatRouteName(name), routes.map(formatRouteName))
  return new UserError(`there is no static route ${quoted(formatRouteName(name))}`, {
    fix: nearest === undefined ? 'agent route list' : `agent route remove ${nearest}`,
  })
}

/** `<service>.<agent>`, as the command line has it. */
export function formatRouteName({ service, agent }: RouteName): string {
  return `${service}.${agent}`
}

function hostOf({ service, agent }: RouteName): string {
  return formatServiceHost(service, agent)
}

function formatUpstream(upstream: Upstream): string {
  return upstream.kind === 'address'
    ? `${upstream.host}:${upstream.port}`
    : `port ${upstream.port} behind ${upstream.socketPath}`
}
