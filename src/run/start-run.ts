import { messageOf, UserError } from '../lib/errors.ts'
import { untilAborted } from '../lib/until-aborted.ts'
import type { Route, Upstream } from '../routes/route.ts'
import type { ExitWait } from '../runtime/container-runtime.ts'
import type { ContainerId, PublishedPort } from '../runtime/container-state.ts'
import type { ContainerStream } from '../runtime/container-stream.ts'
import { StartError } from '../runtime/start-error.ts'
import { type AuditEvent, createdEvent } from './audit-entry.ts'
import { startedEvent } from './started-event.ts'
import { createContainer } from './create-container.ts'
import { makeDockerInside } from './docker-inside.ts'
import { endRun } from './end-run.ts'
import type { RunContext } from './run-context.ts'
import type { RunRecord } from './run-record.ts'
import { findProxy } from './find-proxy.ts'
import { ensureRunNetwork } from './run-network.ts'
import { NameTakenError } from './run-store.ts'
import type { StartOptions } from './start-options.ts'
import { closedPorts, hasClosedNetwork } from './strict-network.ts'
import { stoppedMeanwhile } from './stopped-meanwhile.ts'

export type StartedRun = {
  run: RunRecord
  container: ContainerId
  /** The proxy's port, when the run has services. */
  proxyPort?: number
  /** Connection to the main process, when attached. */
  stream?: ContainerStream
  exit: ExitWait
}

/**
 * Claims the name, makes the container, starts it and publishes its routes. When any step fails or the
 * signal fires, everything made so far is undone before the error is passed on.
 */
export async function startRun(options: StartOptions, context: RunContext): Promise<StartedRun> {
  const { name, services } = options.plan
  context.routes.refuseStatic(services.map((service) => ({ agent: name, service: service.name })))
  claim(options, context)
  await using connections = new AsyncDisposableStack()
  try {
    const started = await makeRun(options, context, connections)
    options.signal.throwIfAborted()
    connections.move()
    return started
  } catch (error) {
    throw await undoneBecause(error, options, context)
  }
}

async function makeRun(
  options: StartOptions,
  context: RunContext,
  connections: AsyncDisposableStack,
): Promise<StartedRun> {
  const { plan, runId, runtime, supervision, progress, signal } = options
  const services = plan.services.length > 0
  const network = progress.timed('network', () => ensureRunNetwork(options, context))
  // Needed before the start only, so they run while the container is made.
  const ready = Promise.all([
    progress.timed('watch', () => untilAborted(supervision.watch(runtime), signal)),
    network,
  ])
  // When making fails first, its error is the one to tell.
  ready.catch(() => undefined)
  const place = await findProxy(options, context, network)
  signal.throwIfAborted()
  if (plan.docker?.mode === 'dind') {
    await ready
    await makeDockerInside(options, context)
    signal.throwIfAborted()
  }
  const container = await progress.timed('create', () => createContainer(options, context, place))
  await ready
  signal.throwIfAborted()
  // By now it is here; asked while the container starts.
  const image = runtime.images?.inspect(plan.image, signal).catch(() => undefined)
  const { stream, exit } = await progress.timed('start', () =>
    attachAndStart(options, container, connections),
  )
  const ports = services ? await publishedPorts(options, container) : []
  publish(options, context, ports, startedEvent(container, ports, await image))
  flushAudit(options, context)
  await untilAborted(supervision.takeOver(runId, { attached: plan.attached }), signal)
  const run = context.runs.find(runId)
  if (run === undefined) throw stoppedMeanwhile(plan)
  return {
    run,
    container,
    exit,
    ...(place.proxyPort === undefined ? {} : { proxyPort: place.proxyPort }),
    ...(stream === undefined ? {} : { stream }),
  }
}

/** Undoes a start, and returns the error to tell. */
async function undoneBecause(
  error: unknown,
  { plan, runId, progress, signal }: StartOptions,
  context: RunContext,
): Promise<unknown> {
  const state = context.runs.find(runId)?.state
  const isOurs = state === 'created' || state === 'starting' || state === 'running'
  const why = isOurs || signal.aborted ? error : stoppedMeanwhile(plan, error)
  try {
    const report = await endRun(runId, context, {
      graceMs: 0,
      requested: false,
      error: signal.aborted ? 'interrupted while starting' : messageOf(error),
      ...(error instanceof StartError ? { neverRanCode: error.exitCode } : {}),
    })
    for (const failure of report?.failures ?? []) progress.notice(failure)
  } catch (failure) {
    progress.notice(`could not undo the start of "${plan.name}": ${messageOf(failure)}`)
  }
  return why
}

function claim({ plan, runId, runtime }: StartOptions, context: RunContext): void {
  try {
    const record: RunRecord = {
      id: runId,
      name: plan.name,
      state: 'created',
      runtime: plan.runtime,
      endpoint: runtime.endpoint,
      image: plan.image,
      workspace: plan.workspace,
      attached: plan.attached,
      keep: plan.keep,
      createdAtMs: context.clock.now(),
      owner: context.processes.self,
      plan,
    }
    context.runs.claim(record, () =>
      context.audit.record(runId, createdEvent(plan, runtime.endpoint)),
    )
  } catch (error) {
    if (!(error instanceof NameTakenError)) throw error
    const { holder } = error
    throw new UserError(
      `the name "${plan.name}" is taken by ${holder.id} (${holder.state}, ${holder.workspace})`,
      { fix: [`agent run --name <another name>`, `agent stop ${plan.name}`], cause: error },
    )
  }
}

/** Attach and wait first, then start: nothing of a short life is missed. */
async function attachAndStart(
  { plan, runtime, signal }: StartOptions,
  container: ContainerId,
  connections: AsyncDisposableStack,
): Promise<{ stream?: ContainerStream; exit: ExitWait }> {
  const waiting = new AbortController()
  connections.defer(() => waiting.abort())
  const exit = runtime.wait(container, waiting.signal)
  // Only an attached run looks at how it ended.
  exit.exit.catch(() => undefined)
  const attaching = plan.attached
    ? runtime
        .attach(container, { stdin: plan.interactive, tty: plan.interactive }, signal)
        .then((stream) => connections.use(stream))
    : undefined
  const [stream] = await Promise.all([attaching, exit.ready])
  await runtime.start(container, signal)
  return { exit, ...(stream === undefined ? {} : { stream }) }
}

async function publishedPorts(
  options: StartOptions,
  container: ContainerId,
): Promise<readonly PublishedPort[]> {
  const { plan, runtime } = options
  const state = await runtime.inspect(container)
  const ports = hasClosedNetwork(plan)
    ? await closedPorts(options, container)
    : (state?.ports ?? [])
  // A command that has ended by now has no ports left; its own output says why.
  if (state?.phase === 'running' && ports.length === 0)
    throw new UserError(`the runtime published no port of "${plan.name}"`)
  return ports
}

/** Routes and state change together: whoever sees the run as running can reach it. */
function publish(
  { plan, runId }: StartOptions,
  context: RunContext,
  ports: readonly PublishedPort[],
  event: AuditEvent,
): void {
  const routes = plan.services.flatMap(({ name, containerPort }, position): Route[] => {
    const port = ports.find((published) => published.containerPort === containerPort)
    if (port === undefined) return []
    return [
      {
        agent: plan.name,
        service: name,
        upstream: upstreamOf(port),
        owner: { kind: 'run', runId },
        containerPort,
        position,
      },
    ]
  })
  const moved = context.runs.transition(
    runId,
    'running',
    { startedAtMs: context.clock.now() },
    () => {
      context.routes.publish(runId, routes)
      context.audit.record(runId, event)
    },
  )
  if (!moved) throw stoppedMeanwhile(plan)
}

/** The entries are in the run's row; a later writer moves them when the file cannot be written now. */
function flushAudit({ runId, progress }: StartOptions, context: RunContext): void {
  try {
    context.audit.flush(runId)
  } catch (error) {
    progress.notice(messageOf(error))
  }
}

function upstreamOf(port: PublishedPort): Upstream {
  return 'relaySocket' in port
    ? { kind: 'relay', socketPath: port.relaySocket, port: port.containerPort }
    : { kind: 'address', host: port.hostAddress, port: port.hostPort }
}
