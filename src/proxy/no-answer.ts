import type { ServiceDestination } from './host-routing.ts'
import type { PageSubject } from './pages/page-request.ts'
import type { ProxyContext } from './proxy-context.ts'
import type { ServiceCondition } from './service-condition.ts'
import type { UpstreamFailure } from './upstream-failure.ts'

/** Finds out why a service did not answer, for the page that says so. Takes a bounded time, never rejects. */
export async function explainNoAnswer(
  context: ProxyContext,
  { route, group }: ServiceDestination,
  failure: UpstreamFailure,
): Promise<PageSubject> {
  const told = await context.explain(route)
  const condition = group.hasAnswered ? afterAnAnswer(told) : told
  return {
    kind: 'no-answer',
    agent: route.agent,
    service: route.service,
    isStatic: route.owner.kind === 'static',
    port: route.containerPort ?? route.upstream.port,
    failure,
    condition,
    isStarting: isStarting(condition, context.limits.startingMs),
  }
}

/** A service that has answered before is not starting, however young its run. */
function afterAnAnswer(condition: ServiceCondition): ServiceCondition {
  if (condition.kind !== 'starting') return condition
  return { kind: condition.listens ? 'unknown' : 'not-listening' }
}

/** None starts for ever. */
function isStarting(condition: ServiceCondition, limitMs: number): boolean {
  return condition.kind === 'starting' && condition.sinceMs <= limitMs
}
