import { dirname } from 'node:path'
import { errorCode, UserError } from '../lib/errors.ts'
import { shellWord } from '../lib/shell-word.ts'

/** What to say when the disk of a file of ours is full. */
export function noRoomLeft(path: string, cause: unknown): UserError {
  return new UserError(`there is no room left on the disk of ${path}`, {
    fix: `make room; \`df -h ${shellWord(dirname(path))}\` shows how much there is`,
    cause,
  })
}

/** What to say when a file of ours is not the user's to write to. */
export function cannotWrite(path: string, cause: unknown): UserError {
  return new UserError(`cannot write ${path}`, {
    fix: [
      `make ${dirname(path)} and the files in it writable for you`,
      'or set AGENTOPS_HOME to a folder that is',
    ],
    cause,
  })
}

/** What to say when the system refused to write a file of ours, for whichever reason. */
export function writeFault(path: string, cause: unknown): UserError {
  return isDiskFull(cause) ? noRoomLeft(path, cause) : cannotWrite(path, cause)
}

/** Whether the system refused to write because the disk, or this user's part of it, is full. */
export function isDiskFull(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
}
