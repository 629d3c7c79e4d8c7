import type { RunContext } from './run-context.ts'
import { UserError } from '../lib/errors.ts'
import type { RunPlan } from './plan.ts'

/** Another command ended the run before it was running. */
export function stoppedMeanwhile(plan: RunPlan, cause?: unknown): UserError {
  return new UserError(`"${plan.name}" was stopped while it was starting`, { cause })
}

/** False once somebody else has ended the run. */
export function isBeingMade(runId: string, { runs }: Pick<RunContext, 'runs'>): boolean {
  const state = runs.find(runId)?.state
  return state === 'created' || state === 'starting'
}
