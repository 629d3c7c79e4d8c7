import { UserError, usageError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import { resolveRun } from '../run/resolve-run.ts'
import type { RunContext } from '../run/run-context.ts'
import type { RunRecord } from '../run/run-record.ts'
import { isLive } from '../run/run-state.ts'
import { linesOf, readStoredOutput, type StoredLine } from '../run/stored-output.ts'
import { containerId } from '../runtime/container-state.ts'
import { ContainerUnavailableError } from '../runtime/container-unavailable-error.ts'
import { exitProcess } from '../platform/exit.ts'
import type { AppContext } from './app-context.ts'
import { Interruption } from './interruption.ts'
import { type AccessFlags, showAccess } from './show-access.ts'
import { openStoresForReading } from './stores.ts'

export type LogFlags = {
  follow?: true | undefined
  tail: string
  timestamps?: true | undefined
  access?: true | undefined
  json: boolean
}

/** Lines of a run's output on the stream they were written to. */
export async function showLogs(
  app: AppContext,
  name: string | undefined,
  flags: LogFlags,
): Promise<void> {
  tailOf(flags.tail)
  const stores = openStoresForReading(app)
  if (stores === undefined) throw new UserError('there is no run yet', { fix: 'agent run' })
  using _state = stores.state
  const { context } = stores
  const run = chosenRun(context, name)
  if (flags.access === true) return await showAccess(app, run, context, accessFlags(flags))
  // Awaited, so that the state is open until the end.
  const isThere = isLive(run.state) && run.containerId !== undefined
  await (isThere ? showLive(app, run, context, flags) : showStored(app, run, context, flags))
}

function accessFlags({ follow, tail, json }: LogFlags): AccessFlags {
  const lines = tailOf(tail)
  return { follow: follow === true, json, ...(lines === undefined ? {} : { tail: lines }) }
}

async function showStored(
  app: AppContext,
  run: RunRecord,
  context: RunContext,
  flags: LogFlags,
): Promise<void> {
  const lines = await readStoredOutput(context.paths.runOutput(run.id), tailOf(flags.tail))
  if (lines === undefined) {
    const why = run.error === undefined ? '' : `: ${run.error}`
    throw new UserError(`"${run.name}" left no output${why}`)
  }
  for (const line of lines) if (!(await print(app, line, flags))) return
}

function chosenRun(context: RunContext, name: string | undefined): RunRecord {
  const runs = context.runs.list({ live: false })
  if (name !== undefined) return resolveRun(runs, name, context.clock.now())
  const [newest] = runs
  if (newest === undefined) throw new UserError('there is no run yet', { fix: 'agent run' })
  return newest
}

async function showLive(
  app: AppContext,
  run: RunRecord,
  context: RunContext,
  flags: LogFlags,
): Promise<void> {
  const tail = tailOf(flags.tail)
  using interruption = new Interruption(['SIGINT', 'SIGTERM'], () => exitProcess(130))
  const runtime = await context.connect(run.runtime, run.endpoint)
  const chunks = runtime.logs(
    containerId(run.containerId ?? ''),
    {
      follow: flags.follow === true,
      timestamps: true,
      ...(tail === undefined ? {} : { tail }),
    },
    interruption.signal,
  )
  let isBegun = false
  try {
    for await (const line of linesOf(chunks)) {
      isBegun = true
      if (!(await print(app, line, flags))) return
    }
  } catch (error) {
    if (interruption.signal.aborted) return
    // It ended in this very moment, and its output was kept before its container went.
    if (!(error instanceof ContainerUnavailableError)) throw error
    if (!isBegun) await showStored(app, context.runs.find(run.id) ?? run, context, flags)
  }
}

/** False when nobody reads it any more, as behind `| head`: following would never end. */
async function print(app: AppContext, line: StoredLine, flags: LogFlags): Promise<boolean> {
  if (flags.json) return app.output.pass('stdout', Buffer.from(`${JSON.stringify(line)}\n`))
  const time = flags.timestamps === true && line.timestamp !== undefined ? `${line.timestamp} ` : ''
  return app.output.pass(line.stream, Buffer.from(`${time}${line.text}\n`))
}

/** Undefined: all of them. */
function tailOf(text: string): number | undefined {
  if (text === 'all') return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw usageError(`--tail ${quoted(text)} is no number of lines`, '--tail 100, or --tail all')
}
