import { chmodSync, lstatSync, mkdirSync, statSync } from 'node:fs'
import { UserError } from '../lib/errors.ts'

/**
 * Makes a folder that only its owner can enter (0700), with its parents.
 * One that is there already must be a real folder of `uid` (a planted link or a stranger's folder is refused).
 * `followLink`: the user may have put the folder itself elsewhere by a link; never where others can write.
 */
export function ensurePrivateDirectory(
  path: string,
  uid: number,
  options: { followLink?: boolean } = {},
): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new UserError(`cannot make the folder ${path}`, {
      fix: `make ${path} writable, or set AGENTOPS_HOME to a folder that is`,
      cause: error,
    })
  }
  const stat = options.followLink === true ? statSync(path) : lstatSync(path)
  if (!stat.isDirectory())
    throw new UserError(`${path} is a link, and may lead where others write`, {
      fix: `remove ${path}, or set AGENTOPS_HOME to a folder of yours`,
    })
  if (uid >= 0 && stat.uid !== uid)
    throw new UserError(`${path} belongs to another user`, {
      fix: ['run agent as that user', 'set AGENTOPS_HOME to a folder of yours'],
    })
  if ((stat.mode & 0o077) !== 0) chmodSync(path, 0o700)
}
