import { constants } from 'node:os'
import { errorCode } from '../lib/errors.ts'

/** Signal names that this system knows, with their numbers. */
export function signalNumber(name: string): number | undefined {
  return Object.entries(constants.signals).find(([known]) => known === name)?.[1]
}

/** kill(2) by a signal's number; a process that is gone is no error. */
export function signalProcess(pid: number, signal: number): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error
  }
}
