import type { RunContext } from './run-context.ts'

/** Writes down that this process stops the run: whoever looks meanwhile sees that somebody is at it, and that it was asked for. */
export function recordStop(runId: string, { runs, processes }: RunContext): void {
  runs.adopt(runId, processes.self)
  runs.transition(runId, 'stopping')
}
