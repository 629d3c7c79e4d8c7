import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { tryFlock } from '../platform/flock.ts'
import type { Libc } from '../platform/libc.ts'
import { identityOfProcess } from '../platform/process-identity.ts'
import { spawnHolding } from '../platform/spawn-holding.ts'
import { StartError } from '../runtime/start-error.ts'
import type { ContainerFolder } from './container-folder.ts'
import { OUTER } from './namespaces.ts'
import { CHAIN_ENV } from './sandbox-scripts.ts'
import { decodeStartFailure } from './start-report.ts'
import { STARTED } from './supervise-command.ts'

const START_LIMIT_MS = 30_000
/** Somebody who only asks whether the lock is held has it for a moment. */
const LOCK_RETRIES = 20
const LOCK_RETRY_MS = 5

/** Starts the chain of processes that is a container. Throws `StartError` when its command did not come to run. */
export async function startContainer(
  folder: ContainerFolder,
  options: { libc: Libc; selfCommand: readonly string[] },
): Promise<void> {
  const lock = openSync(folder.lock, 'r+')
  const complaints = openSync(folder.complaints, 'a', 0o600)
  try {
    if (!(await takeLock(options.libc, lock)))
      throw new StartError('somebody else is starting this container', 125)
    const { pid, firstLine } = spawnHolding(
      [...OUTER, ...options.selfCommand, '__supervise', folder.path],
      { env: { ...CHAIN_ENV }, stderr: complaints, held: lock, limitMs: START_LIMIT_MS },
    )
    const owner = identityOfProcess(pid)
    if (owner !== undefined) folder.writeOwner(owner)
    const answer = await firstLine
    if (answer === STARTED) return
    throw answer === undefined || answer === '' ? silentFailure(folder) : decodeStartFailure(answer)
  } finally {
    closeSync(complaints)
    closeSync(lock)
  }
}

async function takeLock(libc: Libc, lock: number): Promise<boolean> {
  for (let attempt = 0; attempt < LOCK_RETRIES; attempt++) {
    if (tryFlock(libc, lock)) return true
    await delay(LOCK_RETRY_MS)
  }
  return false
}

/** Nobody said what is wrong, but the programs of the chain may have complained. */
function silentFailure(folder: ContainerFolder): StartError {
  const text = readFileSync(folder.complaints, 'utf8').trim()
  return new StartError(`the container did not start: ${text || 'no reason was given'}`, 125)
}
