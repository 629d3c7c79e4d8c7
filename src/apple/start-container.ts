import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Flock, tryFlock } from '../platform/flock.ts'
import { identityOfProcess } from '../platform/process-identity.ts'
import { signalProcess } from '../platform/signal-process.ts'
import { spawnHolding } from '../platform/spawn-holding.ts'
import { StartError } from '../runtime/start-error.ts'
import type { AppleCommand } from './apple-command.ts'
import type { AppleFolder } from './apple-folder.ts'
import { decodeOutcome } from './start-outcome.ts'

const SIGKILL = 9
/** A virtual machine boots. */
const START_LIMIT_MS = 90_000
/** Somebody who only asks whether the lock is held has it for a moment. */
const LOCK_RETRIES = 20
const LOCK_RETRY_MS = 5

/** Starts a container under a process that stays with it. Throws `StartError` when its command did not come to run. */
export async function startContainer(
  folder: AppleFolder,
  options: { flock: Flock; command: AppleCommand; selfCommand: readonly string[] },
): Promise<void> {
  const { flock, command, selfCommand } = options
  const lock = openSync(folder.lock, 'r+')
  const complaints = openSync(folder.complaints, 'a', 0o600)
  try {
    if (!(await takeLock(flock, lock)))
      throw new StartError('somebody else is starting this container', 125)
    const { pid, firstLine } = spawnHolding(
      [...selfCommand, '__supervise-apple', folder.path, command.program],
      { env: { ...command.env }, stderr: complaints, held: lock, limitMs: START_LIMIT_MS },
    )
    const owner = identityOfProcess(pid)
    if (owner !== undefined) folder.writeOwner(owner)
    const answer = await firstLine
    // Whatever it waits for, nobody waits for it.
    if (answer === undefined) signalProcess(pid, SIGKILL)
    const failure = answer === undefined ? silentFailure(folder) : decodeOutcome(answer)
    if (failure !== undefined) throw failure
  } finally {
    closeSync(complaints)
    closeSync(lock)
  }
}

async function takeLock(flock: Flock, lock: number): Promise<boolean> {
  for (let attempt = 0; attempt < LOCK_RETRIES; attempt++) {
    if (tryFlock(flock, lock)) return true
    await delay(LOCK_RETRY_MS)
  }
  return false
}

function silentFailure(folder: AppleFolder): StartError {
  const text = readFileSync(folder.complaints, 'utf8').trim()
  return new StartError(`the container did not start: ${text || 'no reason was given'}`, 125)
}
