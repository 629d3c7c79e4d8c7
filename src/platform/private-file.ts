import { closeSync, openSync } from 'node:fs'
import { errorCode } from '../lib/errors.ts'

/**
 * Makes an empty file for its owner alone (0600) when there is none. One that exists is not even opened: for a file that
 * this process has locked, closing it again would drop the lock (POSIX `fcntl`).
 * Throws the system's error.
 */
export function createPrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}
