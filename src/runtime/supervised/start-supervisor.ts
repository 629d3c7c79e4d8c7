import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Flock, tryFlock } from '../../platform/flock.ts'
import { identityOfProcess } from '../../platform/process-identity.ts'
import { signalProcess } from '../../platform/signal-process.ts'
import { spawnDetached } from '../../platform/spawn-detached.ts'
import { StartError } from '../start-error.ts'
import { decodeStartFailure, STARTED } from './start-report.ts'
import type { SupervisedFolder } from './supervised-folder.ts'

const SIGKILL = 9
/** Somebody who only asks whether the lock is held has it for a moment. */
const LOCK_RETRIES = 20
const LOCK_RETRY_MS = 5

/**
 * Starts a container by the process that stays with it, which holds the folder's lock for its life and answers
 * `STARTED` or why not, within `limitMs`. One that runs already is left alone. Throws `StartError`.
 */
export async function startSupervisor(
  folder: SupervisedFolder,
  options: {
    flock: Flock
    command: readonly string[]
    env: Record<string, string>
    limitMs: number
  },
): Promise<void> {
  const { flock, command, env, limitMs } = options
  const { phase } = folder.condition(flock)
  if (phase === 'running') return
  if (phase === 'exited') throw new StartError('a container of this runtime runs once', 125)
  using undo = new DisposableStack()
  const lock = openSync(folder.lock, 'r+')
  undo.defer(() => closeSync(lock))
  const complaints = openSync(folder.complaints, 'a', 0o600)
  undo.defer(() => closeSync(complaints))
  if (!(await takeLock(flock, lock)))
    throw new StartError('somebody else is starting this container', 125)
  const { pid, firstLine } = spawnDetached(command, {
    env,
    stderr: complaints,
    held: lock,
    limitMs,
  })
  const owner = identityOfProcess(pid)
  if (owner !== undefined) folder.writeOwner(owner)
  const answer = await firstLine
  if (answer === STARTED) return
  // Whatever it waits for, nobody waits for it.
  if (answer === undefined && owner !== undefined) signalProcess(owner.pid, SIGKILL)
  throw answer === undefined || answer === '' ? silentFailure(folder) : decodeStartFailure(answer)
}

async function takeLock(flock: Flock, lock: number): Promise<boolean> {
  for (let attempt = 0; attempt < LOCK_RETRIES; attempt++) {
    if (tryFlock(flock, lock)) return true
    await delay(LOCK_RETRY_MS)
  }
  return false
}

/** Nobody said what is wrong, but the programs in between may have complained. */
function silentFailure(folder: SupervisedFolder): StartError {
  const text = readFileSync(folder.complaints, 'utf8').trim()
  return new StartError(`the container did not start: ${text || 'no reason was given'}`, 125)
}
