import { messageOf } from '../lib/errors.ts'
import { type EndOptions, endRun } from './end-run.ts'
import type { RunContext } from './run-context.ts'
import { healthOf } from './run-health.ts'
import type { RunRecord } from './run-record.ts'

/** How long a run gets to end by itself where somebody waits for the reclaiming. */
const RECLAIM_GRACE_MS = 2000

/** How a run ends whose command died: as if that had asked for it, or as one that never ran. */
export function endOfOrphan({ state }: RunRecord, graceMs: number): EndOptions {
  const neverRan = state === 'created' || state === 'starting'
  return {
    graceMs,
    requested: true,
    ...(neverRan ? { error: 'its command died while starting it' } : {}),
  }
}

/**
 * Ends what dead processes left: runs whose command died while making or holding them, and ended runs
 * that were not cleaned. Called by every command that makes or cleans, and at the daemon's start.
 *
 * @returns what could not be removed, in words
 */
export async function reclaim(context: RunContext): Promise<readonly string[]> {
  const { runs } = context
  const left = [...runs.list({ live: true }), ...runs.listUncleaned()].filter(
    (run) => healthOf(run, context) !== 'tended',
  )
  const failures = await Promise.all(left.map((run) => endIfFree(run, context)))
  return failures.flat()
}

/** One that cannot be ended must not keep the others from it. */
async function endIfFree(run: RunRecord, context: RunContext): Promise<readonly string[]> {
  try {
    const options = { ...endOfOrphan(run, RECLAIM_GRACE_MS), ifFree: true }
    const report = await endRun(run.id, context, options)
    return report?.failures ?? []
  } catch (error) {
    return [`could not end "${run.name}" (${run.id}): ${messageOf(error)}`]
  }
}
