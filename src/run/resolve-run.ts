import { formatAge } from '../lib/age.ts'
import { UserError } from '../lib/errors.ts'
import { nearestName } from '../lib/nearest-name.ts'
import { quoted } from '../lib/quoted.ts'
import type { RunRecord } from './run-record.ts'
import { isLive } from './run-state.ts'

/**
 * Finds the run a user means: exact id, exact name, unique id prefix. Nothing is guessed: no match or
 * several are a `UserError` that lists what there is.
 * @param nowMs for the ages in that list
 */
export function resolveRun(runs: readonly RunRecord[], text: string, nowMs: number): RunRecord {
  const matches = matchingRuns(runs, text)
  const [only, ...others] = matches
  if (only === undefined) throw noSuchRun(runs, text)
  if (others.length === 0) return only
  const list = matches.map((run) => describe(run, nowMs)).join(', ')
  throw new UserError(`${quoted(text)} matches several runs: ${list}`, {
    fix: isName(matches, text) ? 'use an id instead of the name' : 'give more of the id',
  })
}

/**
 * Finds the run a user means where only a live one can be meant. Without any, one that ended is as good as another: what it
 * is in says why it cannot be.
 * @param nowMs for the ages in an error
 */
export function resolveLiveRun(runs: readonly RunRecord[], text: string, nowMs: number): RunRecord {
  const live = runs.filter(({ state }) => isLive(state))
  if (matchingRuns(live, text).length > 0) return resolveRun(live, text, nowMs)
  const [ended] = matchingRuns(runs, text)
  return ended ?? resolveRun(runs, text, nowMs)
}

/**
 * Every run that a text could mean, in their order. A whole id means that run, a name its live run (there
 * is never more than one), else all that ended under it, anything else the runs whose ids begin like it.
 */
export function matchingRuns(runs: readonly RunRecord[], text: string): readonly RunRecord[] {
  const exact = runs.find(({ id }) => id === text)
  if (exact !== undefined) return [exact]
  const named = runs.filter(({ name }) => name === text)
  const live = named.filter(({ state }) => isLive(state))
  if (live.length > 0) return live
  if (named.length > 0 || text === '') return named
  return runs.filter(({ id }) => id.startsWith(text) || id.startsWith(`run_${text}`))
}

function noSuchRun(runs: readonly RunRecord[], text: string): UserError {
  const names = runs.map(({ name }) => name)
  const near = nearestName(text, names)
  return new UserError(`there is no run ${quoted(text)}`, {
    fix: near === undefined ? 'agent list -a' : [`did you mean "${near}"?`, 'agent list -a'],
  })
}

function isName(runs: readonly RunRecord[], text: string): boolean {
  return runs.every(({ name }) => name === text)
}

/** `run_3f9c2a41b07d (myapp, running, 5m)` */
function describe({ id, name, state, createdAtMs }: RunRecord, nowMs: number): string {
  return `${id} (${name}, ${state}, ${formatAge(nowMs - createdAtMs)})`
}
