import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerState } from '../runtime/container-state.ts'
import type { RunContext } from '../run/run-context.ts'
import { selectRun } from '../run/run-labels.ts'
import { isLive } from '../run/run-state.ts'
import type { ServiceCondition } from '../proxy/service-condition.ts'
import type { Route } from '../routes/route.ts'
import { messageOf } from '../lib/errors.ts'
import { listenersIn } from './listening-sockets.ts'

/** How long after its start a service that has never answered counts as starting. */
const STARTING_MS = 60_000

/**
 * Says why a service does not answer; never throws. Whoever asks about a route while its answer is on its
 * way shares that: any web page may ask as often as it likes, and every look is a command in the container.
 */
export function serviceExplainer(context: RunContext): (route: Route) => Promise<ServiceCondition> {
  const asked = new Map<string, Promise<ServiceCondition>>()
  return (route) => {
    const { service, owner } = route
    const key = `${service} ${owner.kind === 'run' ? owner.runId : route.agent}`
    const known = asked.get(key)
    if (known !== undefined) return known
    const answer = explainService(route, context).finally(() => asked.delete(key))
    asked.set(key, answer)
    return answer
  }
}

async function explainService(route: Route, context: RunContext): Promise<ServiceCondition> {
  if (route.owner.kind === 'static') return { kind: 'not-listening' }
  try {
    const run = context.runs.find(route.owner.runId)
    if (run === undefined) return { kind: 'stopped' }
    if (!isLive(run.state)) return { kind: 'exited', exitCode: run.exitCode ?? 0 }
    if (run.containerId === undefined)
      return { kind: 'starting', sinceMs: context.clock.now() - run.createdAtMs, listens: false }
    const runtime = await context.connect(run.runtime, run.endpoint)
    // Not any that has its labels: so has one from an image that was made of it (docker commit).
    const containers = await runtime.list(selectRun(context.homeId, run.id))
    const container = containers.find(({ id }) => id === run.containerId)
    if (container === undefined) return { kind: 'stopped' }
    return await conditionOf(container, route, runtime, {
      ageMs: context.clock.now() - (run.startedAtMs ?? run.createdAtMs),
    })
  } catch (error) {
    return { kind: 'unreachable', reason: messageOf(error) }
  }
}

async function conditionOf(
  container: ContainerState,
  route: Route,
  runtime: ContainerRuntime,
  { ageMs }: { ageMs: number },
): Promise<ServiceCondition> {
  const { containerPort } = route
  if (container.phase === 'exited') return { kind: 'exited', exitCode: container.exitCode ?? 0 }
  if (container.phase !== 'running') return { kind: 'stopped' }
  if (containerPort === undefined) return { kind: 'unknown' }
  if (!container.ports.some((port) => port.containerPort === containerPort))
    return { kind: 'not-published' }
  const listeners = await listenersIn(runtime, container.id)
  if (listeners === undefined) return { kind: 'unknown' }
  const onPort = listeners.filter(({ port }) => port === containerPort)
  // A relay dials loopback itself.
  const isRelayed = container.ports.some((port) => 'relaySocket' in port)
  if (!isRelayed && onPort.length > 0 && onPort.every(({ loopback }) => loopback))
    return { kind: 'loopback-only' }
  // It may have come to listen while we looked.
  const listens = onPort.length > 0
  if (ageMs < STARTING_MS) return { kind: 'starting', sinceMs: ageMs, listens }
  return { kind: listens ? 'unknown' : 'not-listening' }
}
