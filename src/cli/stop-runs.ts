import { messageOf, UserError, usageError } from '../lib/errors.ts'
import { printable } from '../lib/printable.ts'
import { quoted } from '../lib/quoted.ts'
import { destroyRun } from '../run/destroy-run.ts'
import { endRun } from '../run/end-run.ts'
import { reclaim } from '../run/reclaim.ts'
import { resolveLiveRun, resolveRun } from '../run/resolve-run.ts'
import type { RunContext } from '../run/run-context.ts'
import type { RunRecord } from '../run/run-record.ts'
import { isLive } from '../run/run-state.ts'
import type { AppContext } from './app-context.ts'
import { destroyHomes, projectsNamed } from './destroy-homes.ts'
import { type Aftermath, destroyWorktrees } from './destroy-worktrees.ts'
import { openStores, type OpenStores } from './stores.ts'
import { wakeDaemon } from './wake-daemon.ts'

export type StopFlags = {
  names: readonly string[]
  all?: true | undefined
  time: string
  json: boolean
}

export type DestroyFlags = StopFlags & { allData?: true | undefined }

/** Stops runs; each one's name is printed once it is over and nothing of it is left. */
export async function stopRuns(app: AppContext, flags: StopFlags): Promise<void> {
  const graceMs = graceOf(flags.time)
  const stores = openStores(app)
  using _state = stores.state
  const { context } = stores
  await tidyUp(app, stores)
  const chosen = choose(context, flags, RUNNING)
  await performAll(app, flags, chosen, async (run) => {
    if (!isLive(run.state)) {
      app.output.note(`"${run.name}" (${run.id}) is not running`)
      return []
    }
    return end(run, context, { graceMs })
  })
}

/** Stops what runs, then removes the record and the stored output. */
export async function destroyRuns(app: AppContext, flags: DestroyFlags): Promise<void> {
  const graceMs = graceOf(flags.time)
  const stores = openStores(app)
  using _state = stores.state
  const { context } = stores
  await tidyUp(app, stores)
  // Awaited here: the state is closed at the end.
  if (flags.allData === true) return await destroyWithData(app, context, flags)
  const runs = choose(context, flags, ENDED)
  await performAll(
    app,
    flags,
    runs,
    (run) => destroyRun(run, context, { graceMs }),
    () => destroyWorktrees(app, context, runs),
  )
}

/** With the homes of the runs' projects; a word may also be a project, of which every run goes. */
async function destroyWithData(
  app: AppContext,
  context: RunContext,
  flags: DestroyFlags,
): Promise<void> {
  const graceMs = graceOf(flags.time)
  const known = context.runs.list({ live: false })
  const named = projectsNamed(app, known, flags.names)
  const paths = new Set(named.values())
  const names = flags.names.filter((word) => !named.has(word))
  const chosen =
    named.size > 0 && names.length === 0 ? [] : choose(context, { ...flags, names }, ENDED)
  const ids = new Set(chosen.map(({ id }) => id))
  const runs = known.filter(({ id, workspace }) => ids.has(id) || paths.has(workspace))
  const projects = new Set([...paths, ...runs.map(({ workspace }) => workspace)])
  const places = flags.all ? known : known.filter(({ workspace }) => projects.has(workspace))
  await performAll(
    app,
    flags,
    runs,
    (run) => destroyRun(run, context, { graceMs }),
    async () => {
      const { notes } = await destroyWorktrees(app, context, runs)
      const which = { projects: flags.all ? ('all' as const) : projects, runs: places }
      const homes = await destroyHomes(app, context, which)
      return { ...homes, notes: [...notes, ...homes.notes] }
    },
  )
}

/** What dead processes left; first of all, so that it is done whatever the command then comes to. */
async function tidyUp(app: AppContext, stores: OpenStores): Promise<void> {
  wakeDaemon(app, stores)
  for (const failure of await reclaim(stores.context)) app.output.note(printable(failure))
}

async function end(
  run: RunRecord,
  context: RunContext,
  options: { graceMs: number },
): Promise<readonly string[]> {
  const report = await endRun(run.id, context, { ...options, requested: true })
  return report?.failures ?? []
}

/** Which runs a command means: without a name, by a name, and with `--all`. */
type Choice = {
  kind: 'running' | 'ended'
  isDefault: (run: RunRecord) => boolean
  named: (runs: readonly RunRecord[], name: string, nowMs: number) => RunRecord
  all: (runs: readonly RunRecord[]) => readonly RunRecord[]
}

const RUNNING: Choice = {
  kind: 'running',
  isDefault: ({ state }) => isLive(state),
  named: resolveLiveRun,
  all: (runs) => runs.filter(({ state }) => isLive(state)),
}

const ENDED: Choice = {
  kind: 'ended',
  isDefault: ({ state }) => !isLive(state),
  named: resolveRun,
  all: (runs) => runs,
}

function choose(
  { runs: store, clock }: RunContext,
  { names, all }: StopFlags,
  choice: Choice,
): readonly RunRecord[] {
  const runs = store.list({ live: false })
  if (all === true) {
    if (names.length > 0)
      throw usageError('--all and names exclude each other', 'leave out one of them')
    return choice.all(runs)
  }
  if (names.length > 0)
    return [...new Set(names.map((name) => choice.named(runs, name, clock.now())))]
  const newest = runs.find(choice.isDefault)
  if (newest === undefined)
    throw new UserError(`there is no ${choice.kind} run`, { fix: 'agent list -a' })
  return [newest]
}

/** All at once, then what is to be done once they are over; every failure is told, and any makes the command fail. */
async function performAll(
  app: AppContext,
  { json }: StopFlags,
  runs: readonly RunRecord[],
  perform: (run: RunRecord) => Promise<readonly string[]>,
  finish?: () => Promise<Aftermath>,
): Promise<void> {
  const fixes = new Set<string>()
  const results = await Promise.all(
    runs.map(async (run) => {
      const failures = await perform(run).catch((error: unknown) => {
        if (error instanceof UserError) for (const fix of error.fixes) fixes.add(fix)
        return [`could not end "${run.name}" (${run.id}): ${messageOf(error)}`]
      })
      if (failures.length === 0 && !json) app.output.answer(run.name)
      return { id: run.id, name: run.name, failures }
    }),
  )
  const after = await finish?.()
  if (json) {
    const answer = { runs: results, ...(after?.homes && { homes: after.homes }) }
    app.output.answer(JSON.stringify(answer, undefined, 2))
  }
  for (const note of after?.notes ?? []) app.output.note(printable(note))
  const failures = [...results.flatMap((result) => result.failures), ...(after?.failures ?? [])]
  if (failures.length > 0)
    throw new UserError(failures.join('\n'), {
      fix: [...fixes, 'run the same command again; nothing is lost'],
    })
}

function graceOf(seconds: string): number {
  if (!/^\d{1,5}$/.test(seconds))
    throw usageError(`--time ${quoted(seconds)} is no number of seconds`, '--time 10')
  return Number(seconds) * 1000
}
