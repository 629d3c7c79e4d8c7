import { usageError, type UserError } from '../lib/errors.ts'
import { needsPrivilege } from '../platform/privileges.ts'

/** A port was asked for, and the proxy listens on another one. */
export function portConflict(live: number, wanted: number): UserError {
  const sudo = needsPrivilege(wanted) ? 'sudo ' : ''
  return usageError(`the proxy listens on port ${live} already, not on ${wanted}`, [
    `${sudo}agent proxy restart --port=${wanted}`,
    `use port ${live}, by leaving out --port or AGENTOPS_PROXY_PORT`,
  ])
}
