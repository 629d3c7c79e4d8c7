import { messageOf, UserError } from '../lib/errors.ts'
import { printable } from '../lib/printable.ts'
import { destroyRun } from '../run/destroy-run.ts'
import { reclaim } from '../run/reclaim.ts'
import type { RunContext } from '../run/run-context.ts'
import type { RunRecord } from '../run/run-record.ts'
import { isLive } from '../run/run-state.ts'
import { healthOf } from '../run/run-health.ts'
import { type Survey, surveyLeftovers } from '../run/survey-leftovers.ts'
import type { AppContext } from './app-context.ts'
import { canAsk, confirm } from './confirm.ts'
import { formatSize } from './format-size.ts'
import { foundAmong, runtimesHere } from './runtimes-here.ts'
import { openStores, openStoresForReading } from './stores.ts'

const DETECT_LIMIT_MS = 10_000

export type CleanFlags = { dryRun: boolean; force: boolean; json: boolean }

/** What would go: ended runs, and what the runtimes hold for nobody. */
type CleanPlan = Survey & {
  runs: readonly RunRecord[]
  /** Live ones whose command is dead: they are ended first. */
  orphans: readonly RunRecord[]
  kept: readonly RunRecord[]
}

/** Shows what it would remove, asks, removes. A failure is told, and the rest goes on. */
export async function clean(app: AppContext, flags: CleanFlags): Promise<void> {
  const plan = await planClean(app)
  const isEmpty = isNothing(plan)
  if (!flags.json) for (const line of planLines(plan)) app.output.answer(printable(line))
  if (flags.dryRun || isEmpty) {
    if (flags.json) app.output.answer(answerOf(plan, []))
    return
  }
  if (!flags.force && !(await isConfirmed(app, flags))) return
  const failures = await performClean(app, plan)
  if (flags.json) app.output.answer(answerOf(plan, failures))
  if (failures.length > 0)
    throw new UserError(failures.join('\n'), { fix: 'run the same command again; nothing is lost' })
}

async function planClean(app: AppContext): Promise<CleanPlan> {
  const stores = openStoresForReading(app)
  if (stores === undefined)
    return { runs: [], orphans: [], kept: [], leftovers: [], foreign: [], skipped: [] }
  using _state = stores.state
  return await planOf(app, stores.context)
}

async function planOf(app: AppContext, context: RunContext): Promise<CleanPlan> {
  const all = context.runs.list({ live: false })
  const ended = all.filter(({ state }) => !isLive(state))
  const signal = AbortSignal.timeout(DETECT_LIMIT_MS)
  const found = foundAmong(await app.runtimes.survey(signal))
  const { connect } = context
  const { runtimes, failures } = await runtimesHere(found, all, { connect, signal })
  const skipped = failures.map(
    ({ endpoint, reason }) => `what is at ${endpoint} is left alone: ${reason}`,
  )
  const surveys = await Promise.all(runtimes.map((runtime) => surveyLeftovers(runtime, context)))
  return {
    runs: ended.filter((run) => !run.keep),
    orphans: all.filter((run) => healthOf(run, context) === 'orphaned'),
    kept: ended.filter(({ keep }) => keep),
    leftovers: surveys.flatMap((survey) => survey.leftovers),
    foreign: surveys.flatMap((survey) => survey.foreign),
    skipped: [...skipped, ...surveys.flatMap((survey) => survey.skipped)],
  }
}

/** Looks again, and removes only what was shown. */
async function performClean(app: AppContext, shown: CleanPlan): Promise<readonly string[]> {
  const stores = openStores(app)
  using _state = stores.state
  const { context } = stores
  const failures = [...(await reclaim(context))]
  const now = await planOf(app, context)
  const runIds = new Set([...shown.runs, ...shown.orphans].map(({ id }) => id))
  const names = new Set(shown.leftovers.map(({ kind, name }) => `${kind} ${name}`))
  // First: what is left of containers holds volumes, networks and images.
  for (const run of now.runs.filter(({ id }) => runIds.has(id)))
    failures.push(
      ...(await attempt(`run ${run.id}`, () => destroyRun(run, context, { graceMs: 0 }))),
    )
  for (const { kind, name, remove } of now.leftovers)
    if (names.has(`${kind} ${name}`))
      failures.push(
        ...(await attempt(`${kind} ${name}`, async () => {
          await remove()
          return []
        })),
      )
  return failures
}

async function attempt(
  what: string,
  work: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  try {
    return await work()
  } catch (error) {
    return [`could not remove the ${what}: ${messageOf(error)}`]
  }
}

async function isConfirmed(app: AppContext, { json }: CleanFlags): Promise<boolean> {
  if (json || !canAsk(app))
    throw new UserError('there is no terminal to ask on', {
      fix: ['agent clean -f', 'agent clean --dry-run'],
    })
  return confirm(app, 'Remove all of this?')
}

function isNothing({ runs, orphans, leftovers }: CleanPlan): boolean {
  return runs.length === 0 && orphans.length === 0 && leftovers.length === 0
}

function planLines(plan: CleanPlan): string[] {
  const { runs, orphans, kept, leftovers, foreign, skipped } = plan
  return [
    ...(isNothing(plan) ? ['nothing to remove'] : []),
    ...orphans.map(
      ({ id, name, keep }) =>
        `${keep ? 'end   ' : 'remove'}   run        ${name} (${id}, orphaned: its command is dead)`,
    ),
    ...runs.map(({ id, name, state }) => `remove   run        ${name} (${id}, ${state})`),
    ...leftovers.map(
      ({ kind, name, sizeBytes }) =>
        `remove   ${kind.padEnd(9)}  ${name}${sizeBytes === undefined ? '' : ` (${formatSize(sizeBytes)})`}`,
    ),
    ...kept.map(({ id, name }) => `keep     run        ${name} (${id}), started with --keep`),
    ...foreign.map(({ kind, name }) => `foreign  ${kind.padEnd(9)}  ${name}`),
    ...skipped.map((line) => `skipped  ${line}`),
  ]
}

function answerOf(plan: CleanPlan, failures: readonly string[]): string {
  const { runs, orphans, kept, leftovers, foreign, skipped } = plan
  const answer = {
    runs: runs.map(named),
    orphans: orphans.map(named),
    leftovers: leftovers.map(({ kind, name, sizeBytes }) => ({ kind, name, sizeBytes })),
    kept: kept.map(named),
    foreign,
    skipped,
    failures,
  }
  return JSON.stringify(answer, undefined, 2)
}

function named({ id, name }: RunRecord): { id: string; name: string } {
  return { id, name }
}
