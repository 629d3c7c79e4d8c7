import type { RunContext } from './run-context.ts'
import { endRun } from './end-run.ts'
import type { RunRecord } from './run-record.ts'

/** How a run looks from its row alone. */
export type RunHealth =
  /** Somebody looks after it. */
  | 'tended'
  /** The command that was making or holding it is dead. */
  | 'orphaned'
  /** It ended, and something it made may still be there. */
  | 'uncleaned'

/** Judges a row without asking the runtime, so that readers can show it. */
export function healthOf(run: RunRecord, context: Pick<RunContext, 'processes'>): RunHealth {
  switch (run.state) {
    case 'stopped':
    case 'failed':
      return run.cleanedAtMs === undefined ? 'uncleaned' : 'tended'
    case 'running':
      return run.attached && !context.processes.isAlive(run.owner) ? 'orphaned' : 'tended'
    case 'created':
    case 'starting':
    case 'stopping':
      return context.processes.isAlive(run.owner) ? 'tended' : 'orphaned'
    default:
      return run.state satisfies never
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
