import { UserError } from '../lib/errors.ts'
import type { ContainerId } from './container-state.ts'

/** A call that needs a container (or a running one) and has no answer without it: start, wait, attach, exec, logs. */
export class ContainerUnavailableError extends UserError {
  readonly id: ContainerId
  readonly reason: 'missing' | 'not-running'

  constructor(
    id: ContainerId,
    reason: 'missing' | 'not-running',
    options: { cause?: unknown } = {},
  ) {
    const problem = reason === 'missing' ? 'does not exist (any more)' : 'is not running'
    super(`container "${id.slice(0, 12)}" ${problem}`, { ...options, fix: 'agent list -a' })
    this.id = id
    this.reason = reason
  }
}
