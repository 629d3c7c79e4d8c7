import type { RunContext } from './run-context.ts'
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
