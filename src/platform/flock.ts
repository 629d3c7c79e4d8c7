import { dlopen } from 'bun:ffi'
import { closeSync, openSync } from 'node:fs'
import { errorCode } from '../lib/errors.ts'
import { openLibc, type Libc } from './libc.ts'

const SHARED = 1
const EXCLUSIVE = 2
const WITHOUT_WAITING = 4

/** The one function that locks of files take. */
export type Flock = Pick<Libc, 'flock'>

/** That function on this system, which need not be Linux. */
export function openFlock(): Flock {
  if (process.platform !== 'darwin') return openLibc()
  return dlopen('libSystem.B.dylib', { flock: { args: ['i32', 'i32'], returns: 'i32' } }).symbols
}

/**
 * flock(2) of an open file without waiting: true when the lock is ours now. It belongs to the open file, so a
 * child that inherits the descriptor holds it too, and it is free when the last of them is gone.
 */
export function tryFlock(libc: Flock, descriptor: number): boolean {
  return libc.flock(descriptor, EXCLUSIVE | WITHOUT_WAITING) === 0
}

/** flock(2) of an open file, shared with others who ask for no more; waits while somebody has it alone. */
export function sharedFlock(libc: Flock, descriptor: number): void {
  libc.flock(descriptor, SHARED)
}

/** Whether anybody holds the lock of a file; a file that is not there is held by nobody. */
export function isFlocked(libc: Flock, path: string): boolean {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
  try {
    // Shared, so that two who ask at the same time do not see each other.
    return libc.flock(descriptor, SHARED | WITHOUT_WAITING) !== 0
  } finally {
    closeSync(descriptor)
  }
}
