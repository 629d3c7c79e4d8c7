import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../lib/errors.ts'
import { jitterMs } from './pause.ts'
import { createPrivateFile } from './private-file.ts'
import { Sqlite, type SqliteFailure, isBusy } from './sqlite.ts'

/** A lock of this process. The kernel takes it back when the process ends, however it ends. */
export interface HeldLock extends Disposable {
  readonly path: string
  /** Gives the lock back; a second call does nothing. */
  release(): void
}

/**
 * Takes the lock of a file when it is free. Excludes other processes and other holders in this one; children never
 * inherit it. The file is made (0600) in an existing folder and never removed: two holders of "the same" path could
 * otherwise hold two files.
 *
 * It is the exclusive lock of an empty SQLite database, which is `fcntl` with the traps filled in: within a process
 * SQLite keeps the books, and it never closes a descriptor while another holds the lock. One trap is left: nobody
 * else in this process may open and close the file (POSIX: any close drops the locks).
 * @returns undefined when somebody holds it. Throws `UserError` when the file cannot be used
 */
export function tryLock(path: string): HeldLock | undefined {
  const database = openLockFile(path)
  try {
    // A journal would be a file beside it, and a full disk would keep runs from being stopped.
    database.exec('PRAGMA journal_mode = MEMORY')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
  return heldLock(path, database)
}

/**
 * Waits for the lock of a file, asking every 5 to 25 ms.
 * Throws `UserError` after `timeoutMs`, and the signal's reason when that aborts.
 */
export async function acquireLock(
  path: string,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<HeldLock> {
  const { timeoutMs, signal } = options
  const startedMs = performance.now()
  for (;;) {
    signal?.throwIfAborted()
    const lock = tryLock(path)
    if (lock !== undefined) return lock
    const leftMs = timeoutMs - (performance.now() - startedMs)
    if (leftMs <= 0) throw heldTooLong(path, timeoutMs)
    await waitOrAbort(Math.min(jitterMs(), leftMs), signal)
  }
}

async function waitOrAbort(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

function openLockFile(path: string): Sqlite {
  try {
    createPrivateFile(path)
  } catch (error) {
    throw cannotUse(path, error)
  }
  return new Sqlite(path, { busyTimeoutMs: 0, explain: explainLockFailure })
}

function heldLock(path: string, database: Sqlite): HeldLock {
  let isHeld = true
  const release = (): void => {
    if (!isHeld) return
    isHeld = false
    database.close()
  }
  return { path, release, [Symbol.dispose]: release }
}

function explainLockFailure(failure: SqliteFailure): Error {
  return failure.code === 'busy' ? failure : cannotUse(failure.path, failure)
}

function cannotUse(path: string, cause: unknown): UserError {
  return new UserError(`cannot use the lock file ${path}`, {
    fix: `make ${path} and its folder writable for you, on a disk with room left`,
    cause,
  })
}

function heldTooLong(path: string, timeoutMs: number): UserError {
  return new UserError(
    `another agent process has held ${path} for more than ${Math.round(timeoutMs / 1000)} s`,
    { fix: 'wait for it, or end it (a command stopped with Ctrl-Z goes on with `fg`)' },
  )
}
