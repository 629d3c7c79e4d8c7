import type { RunContext } from './run-context.ts'
import { endRun } from './end-run.ts'
import { healthOf } from './run-health.ts'

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
  const reports = await Promise.all(
    left.map((run) =>
      endRun(run.id, context, {
        graceMs: 2000,
        requested: false,
        ifFree: true,
        ...(run.containerId === undefined ? { error: 'its command died while starting it' } : {}),
      }),
    ),
  )
  return reports.flatMap((report) => report?.failures ?? [])
}
