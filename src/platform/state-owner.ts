import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../lib/errors.ts'

/**
 * Root can write everywhere, so it would leave files in the home of whoever called `sudo` that this user cannot remove.
 * Throws `UserError` when `dir`, or the folder it would be made in, is not root's. Other users are stopped by the system.
 */
export function requireOwnStateDir(dir: string, uid: number): void {
  if (uid !== 0) return
  const { path, owner } = nearestFolder(dir)
  if (owner === 0) return
  throw new UserError(`the state folder ${dir} is another user's, since ${path} is`, {
    fix: ['run the same command without sudo', 'set AGENTOPS_HOME to a folder of root'],
  })
}

/** The folder itself, or the first above it that exists. */
function nearestFolder(path: string): { path: string; owner: number } {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat !== undefined) return { path, owner: stat.uid }
  return nearestFolder(dirname(path))
}
