import { UserError } from '../lib/errors.ts'
import type { RunPlan } from './plan.ts'

/** Another command ended the run before it was running. */
export function stoppedMeanwhile(plan: RunPlan, cause?: unknown): UserError {
  return new UserError(`"${plan.name}" was stopped while it was starting`, { cause })
}
