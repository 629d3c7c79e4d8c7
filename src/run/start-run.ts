import { UserError } from '../lib/errors.ts'
import type { Route, Upstream } from '../routes/route.ts'
import type { ContainerRuntime, ExitWait } from '../runtime/container-runtime.ts'
import type { ContainerSpec } from '../runtime/container-spec.ts'
import { MissingImageError } from '../runtime/missing-image-error.ts'
import type { ContainerId, PublishedPort } from '../runtime/container-state.ts'
import type { ContainerStream } from '../runtime/container-stream.ts'
import type { TerminalSize } from '../runtime/terminal-size.ts'
import { containerSpec } from './container-spec-of.ts'
import { endRun } from './end-run.ts'
import { pullImage } from './pull-image.ts'
import type { RunPlan } from './plan.ts'
import type { RunContext } from './run-context.ts'
import { sharedLabels } from './run-labels.ts'
import type { RunProgress } from './run-progress.ts'
import type { RunRecord } from './run-record.ts'
import { NameTakenError } from './run-store.ts'
import { serviceEnv } from './service-env.ts'
import type { Environment } from '../platform/host.ts'

/** The background process, as a starting run needs it. */
export interface Supervision {
  /** From its return on, nothing that happens to our containers on this runtime goes unseen. */
  watch(runtime: ContainerRuntime): Promise<void>
  /** Has the proxy listen; returns the port it really listens on. */
  proxyPort(): Promise<number>
  /** Hands a running run over; `attached` binds it to this process. */
  takeOver(runId: string, options: { attached: boolean }): Promise<void>
}

/** The network that runs without sidecars share; containers on it cannot reach each other. */
export const SHARED_NETWORK = 'agentops'

export type StartedRun = {
  run: RunRecord
  container: ContainerId
  /** The proxy's port, when the run has services. */
  proxyPort?: number
  /** Connection to the main process, when attached. */
  stream?: ContainerStream
  exit: ExitWait
}

export type StartOptions = {
  plan: RunPlan
  runId: string
  /** Everything the command gets besides our own variables. */
  env: Readonly<Record<string, string>>
  runtime: ContainerRuntime
  supervision: Supervision
  progress: RunProgress
  hostEnv: Environment
  /** Of the user's terminal, when there is one. */
  terminalSize?: TerminalSize
  signal: AbortSignal
}

/**
 * Claims the name, makes the container, starts it and publishes its routes. When any step fails or the
 * signal fires, everything made so far is undone before the error is passed on.
 */
export async function startRun(options: StartOptions, context: RunContext): Promise<StartedRun> {
  const { plan, runId, runtime, supervision, progress, signal } = options
  claim(options, context)
  try {
    const services = plan.services.length > 0
    // Needed before the start only, so they run while the container is made.
    const ready = Promise.all([
      progress.timed('watch', () => supervision.watch(runtime)),
      progress.timed('network', () => ensureNetwork(options, context)),
    ])
    // When making fails first, its error is the one to tell.
    ready.catch(() => undefined)
    const proxyPort = services
      ? await progress.timed('proxy', () => supervision.proxyPort())
      : undefined
    const container = await progress.timed('create', () =>
      createContainer(options, context, proxyPort),
    )
    await ready
    signal.throwIfAborted()
    const { stream, exit } = await progress.timed('start', () => attachAndStart(options, container))
    const ports = services ? await publishedPorts(runtime, container, plan) : []
    publish(options, context, ports)
    await supervision.takeOver(runId, { attached: plan.attached })
    const run = context.runs.find(runId)
    if (run === undefined) throw new Error(`the row of ${runId} is gone`)
    return {
      run,
      container,
      exit,
      ...(proxyPort === undefined ? {} : { proxyPort }),
      ...(stream === undefined ? {} : { stream }),
    }
  } catch (error) {
    const what = signal.aborted ? 'interrupted while starting' : describe(error)
    const report = await endRun(runId, context, { graceMs: 0, requested: false, error: what })
    for (const failure of report?.failures ?? []) progress.notice(failure)
    throw error
  }
}

function claim({ plan, runId, runtime }: StartOptions, context: RunContext): void {
  try {
    context.runs.claim({
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
    })
  } catch (error) {
    if (!(error instanceof NameTakenError)) throw error
    const { holder } = error
    throw new UserError(
      `the name "${plan.name}" is taken by ${holder.id} (${holder.state}, ${holder.workspace})`,
      { fix: [`agent run --name <another name>`, `agent stop ${plan.name}`], cause: error },
    )
  }
}

async function ensureNetwork(options: StartOptions, context: RunContext): Promise<void> {
  const { networks } = options.runtime
  if (networks === undefined) return
  await networks.ensure(
    {
      name: SHARED_NETWORK,
      labels: sharedLabels({ ...context, env: options.hostEnv }),
      interContainer: false,
    },
    options.signal,
  )
}

async function createContainer(
  options: StartOptions,
  context: RunContext,
  proxyPort: number | undefined,
): Promise<ContainerId> {
  const { plan, runId, runtime, terminalSize } = options
  const own = {
    AGENTOPS_RUN_ID: runId,
    AGENTOPS_RUN_NAME: plan.name,
    ...(proxyPort === undefined
      ? {}
      : serviceEnv({ agent: plan.name, services: plan.services, port: proxyPort })),
  }
  const spec = containerSpec({
    plan,
    runId,
    env: { ...options.env, ...own },
    hostEnv: options.hostEnv,
    homeId: context.homeId,
    version: context.version,
    ...(runtime.networks === undefined ? {} : { network: SHARED_NETWORK }),
    ...(terminalSize === undefined ? {} : { terminalSize }),
  })
  context.runs.intend(runId, 'container', spec.name)
  const container = await createOrPull(options, spec)
  if (!context.runs.recordContainer(runId, spec.name, container))
    throw new UserError(`"${plan.name}" was stopped while it was starting`)
  return container
}

/** Asking for the image first would cost every run a question that nearly always has the same answer. */
async function createOrPull(
  { runtime, progress, signal }: StartOptions,
  spec: ContainerSpec,
): Promise<ContainerId> {
  try {
    return await runtime.create(spec, signal)
  } catch (error) {
    if (!(error instanceof MissingImageError)) throw error
    await progress.timed('pull', () => pullImage(runtime, error, progress, signal))
    return runtime.create(spec, signal)
  }
}

/** Attach and wait first, then start: nothing of a short life is missed. */
async function attachAndStart(
  { plan, runtime, signal }: StartOptions,
  container: ContainerId,
): Promise<{ stream?: ContainerStream; exit: ExitWait }> {
  const exit = runtime.wait(container)
  // Only an attached run looks at how it ended.
  exit.exit.catch(() => undefined)
  const attaching = plan.attached
    ? runtime.attach(container, { stdin: plan.interactive, tty: plan.interactive }, signal)
    : undefined
  const [stream] = await Promise.all([attaching, exit.ready])
  await runtime.start(container, signal)
  return { exit, ...(stream === undefined ? {} : { stream }) }
}

async function publishedPorts(
  runtime: ContainerRuntime,
  container: ContainerId,
  plan: RunPlan,
): Promise<readonly PublishedPort[]> {
  const state = await runtime.inspect(container)
  const ports = state?.ports ?? []
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
    () => context.routes.publish(runId, routes),
  )
  if (!moved) throw new UserError(`"${plan.name}" was stopped while it was starting`)
}

function upstreamOf(port: PublishedPort): Upstream {
  return 'relaySocket' in port
    ? { kind: 'relay', socketPath: port.relaySocket, port: port.containerPort }
    : { kind: 'address', host: port.hostAddress, port: port.hostPort }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
