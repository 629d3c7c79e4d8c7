import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../lib/errors.ts'

/** Removes the socket of a daemon that is dead; the caller holds the daemon lock. Throws `UserError` where nothing can be written. */
export function removeStaleSocket(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch (cause) {
    throw new UserError(`cannot write in the folder ${dirname(path)}`, {
      fix: `make ${dirname(path)} writable, or set AGENTOPS_HOME to a folder that is`,
      cause,
    })
  }
}
