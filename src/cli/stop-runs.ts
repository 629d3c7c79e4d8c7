import { rmSync } from 'node:fs'
import { UserError, usageError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import { faultPoint } from '../platform/fault-point.ts'
import { endRun } from '../run/end-run.ts'
import { reclaim } from '../run/reclaim.ts'
import { resolveRun } from '../run/resolve-run.ts'
import type { RunContext } from '../run/run-context.ts'
import type { RunRecord } from '../run/run-record.ts'
import { isLive } from '../run/run-state.ts'
import type { AppContext } from './app-context.ts'
import { openStores, type OpenStores } from './stores.ts'
import { wakeDaemon } from './wake-daemon.ts'

export type StopFlags = {
  names: readonly string[]
  all?: true | undefined
  time: string
  json: boolean
}

/** Stops runs; each one's name is printed once it is over and nothing of it is left. */
export async function stopRuns(app: AppContext, flags: StopFlags): Promise<void> {
  const graceMs = graceOf(flags.time)
  const stores = openStores(app)
  using _state = stores.state
  const { context } = stores
  await tidyUp(app, stores)
  const chosen = choose(context, flags, (run) => isLive(run.state), 'running')
  await performAll(app, flags, chosen, async (run) => {
    if (!isLive(run.state)) {
      app.output.note(`"${run.name}" (${run.id}) is not running`)
      return []
    }
    return end(run, context, graceMs)
  })
}

/** Stops what runs, then removes the record and the stored output. */
export async function destroyRuns(app: AppContext, flags: StopFlags): Promise<void> {
  const graceMs = graceOf(flags.time)
  const stores = openStores(app)
  using _state = stores.state
  const { context } = stores
  await tidyUp(app, stores)
  const chosen = choose(context, flags, (run) => !isLive(run.state), 'ended')
  await performAll(app, flags, chosen, async (run) => {
    const failures = await end(run, context, graceMs)
    if (failures.length > 0) return failures
    await removeKept(run, context)
    rmSync(context.paths.runDir(run.id), { recursive: true, force: true })
    if (globalThis.AGENT_FAULTS) faultPoint(() => 'destroy:folder-removed')
    context.runs.forget(run.id)
    // Whoever still waits for this lock finds no such run.
    rmSync(context.paths.runLock(run.id), { force: true })
    return []
  })
}

/** What dead processes left; first of all, so that it is done whatever the command then comes to. */
async function tidyUp(app: AppContext, stores: OpenStores): Promise<void> {
  wakeDaemon(app, stores)
  for (const failure of await reclaim(stores.context)) app.output.note(failure)
}

async function end(
  run: RunRecord,
  context: RunContext,
  graceMs: number,
): Promise<readonly string[]> {
  const report = await endRun(run.id, context, { graceMs, requested: true })
  return report?.failures ?? []
}

/** A container that `--keep` left behind. */
async function removeKept(run: RunRecord, context: RunContext): Promise<void> {
  const kept = context.runs
    .resources(run.id)
    .filter(({ kind, removedAtMs }) => kind === 'container' && removedAtMs === undefined)
  if (kept.length === 0) return
  const runtime = await context.connect(run.runtime, run.endpoint)
  for (const container of await runtime.list({ 'agentops.run-id': run.id }))
    await runtime.remove(container.id)
  context.runs.recordRemoved(run.id, 'container')
}

function choose(
  context: RunContext,
  { names, all }: StopFlags,
  isDefault: (run: RunRecord) => boolean,
  kind: string,
): RunRecord[] {
  const runs = context.runs.list({ live: false })
  if (all === true) {
    if (names.length > 0)
      throw usageError('--all and names exclude each other', 'leave out one of them')
    return kind === 'running' ? runs.filter(isDefault) : runs
  }
  if (names.length > 0) return [...new Set(names.map((name) => resolveRun(runs, name)))]
  const newest = runs.find(isDefault)
  if (newest === undefined) throw new UserError(`there is no ${kind} run`, { fix: 'agent list -a' })
  return [newest]
}

/** All at once; every failure is told, and any makes the command fail. */
async function performAll(
  app: AppContext,
  { json }: StopFlags,
  runs: readonly RunRecord[],
  perform: (run: RunRecord) => Promise<readonly string[]>,
): Promise<void> {
  const results = await Promise.all(
    runs.map(async (run) => {
      const failures = await perform(run)
      if (failures.length === 0 && !json) app.output.answer(run.name)
      return { id: run.id, name: run.name, failures }
    }),
  )
  if (json) app.output.answer(JSON.stringify({ runs: results }, undefined, 2))
  const failures = results.flatMap((result) => result.failures)
  if (failures.length > 0)
    throw new UserError(failures.join('\n'), { fix: 'run the same command again; nothing is lost' })
}

function graceOf(seconds: string): number {
  if (!/^\d{1,5}$/.test(seconds))
    throw usageError(`--time ${quoted(seconds)} is no number of seconds`, '--time 10')
  return Number(seconds) * 1000
}
