import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorCode } from '../lib/errors.ts'
import { writeFault } from './write-fault.ts'

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

/**
 * Writes a whole file into a folder for its owner alone, which is made when it is not there. `mode`: 0o644 where a
 * container's user reads the file through a mount of it. Throws a `UserError` when the disk is full or not ours to write to.
 */
export function writeInPrivateFolder(path: string, text: string, mode: 0o600 | 0o644): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, text, { mode })
  } catch (cause) {
    throw writeFault(path, cause)
  }
}
