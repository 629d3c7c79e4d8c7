import { dirname, join } from 'node:path'
import { UserError } from '../lib/errors.ts'
import { shellWord } from '../lib/shell-word.ts'
import { cannotWrite, noRoomLeft } from '../platform/write-fault.ts'
import { type SqliteFailure, isBusy } from '../platform/sqlite.ts'

/** Says in the user's words what is wrong with the database file; failures that are ours stay what they are. */
export function explainStorageFault(failure: SqliteFailure): Error {
  const { path } = failure
  switch (failure.code) {
    case 'corrupt':
    case 'not-a-database':
      return damagedDatabase(path, failure)
    case 'full':
      return noRoomLeft(path, failure)
    case 'readonly':
    case 'cannot-open':
      return cannotWrite(path, failure)
    case 'io':
      return new UserError(`the disk of ${path} refused to read or write`, {
        fix: `check the disk and its free room (\`df -h ${shellWord(dirname(path))}\`), or set AGENTOPS_HOME to a folder on another one`,
        cause: failure,
      })
    case 'busy':
    case 'constraint':
    case 'other':
      return failure
    default:
      return failure.code satisfies never
  }
}

/** The file is left as it is: it may be all that is known about containers that still run. */
function damagedDatabase(path: string, cause: unknown): UserError {
  const folder = shellWord(join(dirname(path), 'damaged-XXXXXX'))
  return new UserError(`${path} is damaged, or not a database of agent`, {
    fix: [
      `put a copy of it back, or move it away: mv ${shellWord(path)}* "$(mktemp -d ${folder})"`,
      'after that agent begins anew, and shows the containers of earlier runs as foreign',
    ],
    cause,
  })
}

export function foreignDatabase(path: string): UserError {
  return new UserError(`${path} is a database of another program`, {
    fix: 'set AGENTOPS_HOME to a folder of its own for agent',
  })
}

export function sharedFolder(dir: string): UserError {
  return new UserError(`${dir} holds other things, and others can enter it`, {
    fix: ['set AGENTOPS_HOME to a folder of its own for agent', `or chmod 700 ${shellWord(dir)}`],
  })
}

export function newerDatabase(path: string, found: number, known: number): UserError {
  return new UserError(
    `${path} has schema version ${found}, made by a newer agent; this one knows versions up to ${known}`,
    { fix: ['use the newer agent', 'or set AGENTOPS_HOME to another folder for this one'] },
  )
}

/** Turns a lock that nobody gave back in time into words; everything else is passed on. */
export function explainBusy(error: unknown, path: string, waitedMs: number): unknown {
  if (!isBusy(error)) return error
  return new UserError(
    `another agent process has kept ${path} locked for more than ${Math.round(waitedMs / 1000)} s`,
    {
      fix: `end the process that keeps it, or let it go on (one stopped with Ctrl-Z goes on with \`fg\`); \`fuser ${shellWord(path)}\` shows it`,
      cause: error,
    },
  )
}
