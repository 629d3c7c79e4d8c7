import { setTimeout as delay } from 'node:timers/promises'
import type { Flock } from '../../platform/flock.ts'
import type { ProcessTable } from '../../platform/process-identity.ts'
import { signalProcess } from '../../platform/signal-process.ts'
import type { SupervisedFolder } from './supervised-folder.ts'

const SIGKILL = 9

/**
 * Waits until a container's supervising process is gone; one that has not come to its end after `limitMs` is killed
 * from outside. Rejects with the signal's reason.
 */
export async function endSupervisor(
  folder: SupervisedFolder,
  options: {
    flock: Flock
    processes: ProcessTable
    limitMs: number
    pollMs: number
    signal: AbortSignal | undefined
  },
): Promise<void> {
  const { flock, processes, limitMs, pollMs, signal } = options
  const endMs = performance.now() + limitMs
  while (folder.isSupervised(flock)) {
    signal?.throwIfAborted()
    if (performance.now() > endMs) killOwner(folder, processes)
    await delay(pollMs)
  }
}

function killOwner(folder: SupervisedFolder, processes: ProcessTable): void {
  const owner = folder.owner()
  if (owner !== undefined && processes.isAlive(owner)) signalProcess(owner.pid, SIGKILL)
}
