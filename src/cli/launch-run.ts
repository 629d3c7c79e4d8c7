import type { PortSource } from '../daemon/control-protocol.ts'
import { UserError } from '../lib/errors.ts'
import { formatServiceHost } from '../routes/host-name.ts'
import { endRun } from '../run/end-run.ts'
import { recordStop } from '../run/record-stop.ts'
import type { RunPlan } from '../run/plan.ts'
import { reclaim } from '../run/reclaim.ts'
import type { RunContext } from '../run/run-context.ts'
import { newRunId } from '../run/run-id.ts'
import { httpUrl } from '../run/service-env.ts'
import { type StartedRun, startRun } from '../run/start-run.ts'
import type { FindBuilders } from '../runtime/builder-candidate.ts'
import type { DetectedRuntime } from '../runtime/runtime-directory.ts'
import type { AppContext } from './app-context.ts'
import { attachToStarted } from './attach-to-started.ts'
import { DaemonSupervision } from './daemon-supervision.ts'
import { ExitError } from './exit-error.ts'
import type { Interruption } from './interruption.ts'
import type { ProgressLines } from './progress-lines.ts'
import { openStores, type OpenStores } from './stores.ts'

export type LaunchOptions = {
  plan: RunPlan
  env: Readonly<Record<string, string>>
  detected: DetectedRuntime
  findBuilders: FindBuilders
  port: { port: number; source: PortSource }
  progress: ProgressLines
  detachKeys: Uint8Array
  interruption: Interruption
  json: boolean
  timings: boolean
}

/** Starts the planned run and stays with it until it ends, or leaves it to the background process. */
export async function launchRun(app: AppContext, options: LaunchOptions): Promise<void> {
  const { plan, env, detected, progress, interruption } = options
  const { state, context } = storesForRun(app)
  using _state = state
  for (const failure of await progress.timed('reclaim', () => reclaim(context)))
    progress.notice(failure)
  using supervision = new DaemonSupervision(app, state, options.port)
  if (plan.sandbox.notice !== undefined) progress.notice(plan.sandbox.notice)
  const terminalSize = plan.interactive ? app.terminal.size() : undefined
  const started = await startRun(
    {
      plan,
      runId: newRunId(),
      env,
      runtime: detected.runtime,
      supervision,
      findBuilders: options.findBuilders,
      progress,
      hostEnv: app.host.env,
      signal: interruption.signal,
      ...(terminalSize === undefined ? {} : { terminalSize }),
    },
    context,
  ).catch((error: unknown) => {
    throw asNeverRan(error)
  })
  if (!plan.attached) interruption[Symbol.dispose]()
  announce(app, started, options)
  if (options.timings) progress.printTimings()
  if (!plan.attached) return
  await stayAttached(app, started, options, { context, supervision })
}

function storesForRun(app: AppContext): OpenStores {
  try {
    return openStores(app)
  } catch (error) {
    throw asNeverRan(error)
  }
}

/** 125 as `docker run` has it, when the command never ran. */
function asNeverRan(error: unknown): unknown {
  if (!(error instanceof UserError) || error.exitCode !== 1) return error
  return new UserError(error.message, { fix: error.fixes, exitCode: 125, cause: error })
}

/** The URLs, and with `-d` the run id on stdout. */
function announce(app: AppContext, started: StartedRun, options: LaunchOptions): void {
  const { run, proxyPort } = started
  const { plan, progress, json } = options
  const services = plan.services.map(({ name }) => {
    const host = formatServiceHost(name, plan.name)
    return { name, url: proxyPort === undefined ? `http://${host}` : httpUrl(host, proxyPort) }
  })
  const facts = { id: run.id, name: run.name, services }
  if (json && !plan.attached) return app.output.answer(JSON.stringify(facts, undefined, 2))
  if (json) return progress.event('started', facts)
  progress.notice(`agent "${run.name}" started (${run.id})`)
  const width = Math.max(0, ...services.map(({ name }) => name.length))
  for (const { name, url } of services) progress.notice(`  ${name.padEnd(width)}  ${url}`)
  if (!plan.attached) app.output.answer(run.id)
}

/** Output passes through; the exit code becomes ours. */
async function stayAttached(
  app: AppContext,
  started: StartedRun,
  { plan, progress, detachKeys, detected, interruption, json }: LaunchOptions,
  { context, supervision }: { context: RunContext; supervision: DaemonSupervision },
): Promise<void> {
  const { run, stream, exit, container } = started
  if (stream === undefined) throw new Error('an attached run has no stream')
  await using open = stream
  const session = await attachToStarted(app, {
    stream: open,
    exit: exit.exit,
    runtime: detected.runtime,
    container,
    interactive: plan.interactive,
    detachKeys,
    onStop: () => recordStop(run.id, context),
    onInterrupt: (handler) => interruption.handOver(handler),
  })
  if (session.kind === 'detached') {
    context.runs.detach(run.id)
    await supervision.release(run.id)
    progress.notice(`detached; agent attach -i ${run.name} connects again`)
    return
  }
  const status = await exit.exit
  const report = await endRun(run.id, context, {
    graceMs: 0,
    exit: status,
    requested: session.interrupted,
  })
  for (const failure of report?.failures ?? []) progress.notice(failure)
  const why = report?.run.error
  if (why !== undefined && !session.interrupted) progress.notice(`"${run.name}" failed: ${why}`)
  const exitCode = session.interrupted ? 130 : status.exitCode
  if (json) progress.event('ended', { id: run.id, exitCode })
  if (exitCode !== 0) throw new ExitError(exitCode)
}
