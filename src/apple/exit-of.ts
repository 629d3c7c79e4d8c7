import { setTimeout as delay } from 'node:timers/promises'
import type { Flock } from '../platform/flock.ts'
import type { ContainerId, ExitStatus } from '../runtime/container-state.ts'
import { ContainerUnavailableError } from '../runtime/container-unavailable-error.ts'
import { watchSupervisor } from '../runtime/supervised/exit-watch.ts'
import { exitStatus } from '../runtime/supervised/supervision-records.ts'
import type { AppleCommand } from './apple-command.ts'
import type { AppleStore } from './apple-store.ts'
import { findContainer } from './find-container.ts'

/** Between looks at a container that nobody supervises any more. */
const LOOK_MS = 1000
const LOCK_POLL_MS = 5
/** Of one that was removed before its end could be read: nobody is removed alive. */
const REMOVED = { exitCode: 137 } as const

/** Resolves when a container has exited; `ready` is called once its end cannot be missed any more. */
export async function exitOf(
  id: ContainerId,
  options: {
    store: AppleStore
    command: AppleCommand
    flock: Flock
    ready: () => void
    signal: AbortSignal | undefined
  },
): Promise<ExitStatus> {
  const { store, flock, ready, signal } = options
  for (let isFirst = true; ; isFirst = false) {
    signal?.throwIfAborted()
    const folder = store.find(id)
    if (folder === undefined && isFirst) throw new ContainerUnavailableError(id, 'missing')
    if (folder === undefined) return REMOVED
    const { exit } = folder.condition(flock)
    if (exit !== undefined && !(await goesOn(id, exit, options))) {
      ready()
      return exitStatus(exit)
    }
    if (!(await watchSupervisor(folder, { flock, ready, signal })))
      await delay(exit === undefined ? LOCK_POLL_MS : LOOK_MS)
  }
}

/** Whether a container lives although its supervising process was killed. */
async function goesOn(
  id: ContainerId,
  exit: { error?: string | undefined },
  { command, signal }: { command: AppleCommand; signal: AbortSignal | undefined },
): Promise<boolean> {
  if (exit.error === undefined) return false
  return (await findContainer(command, id, signal))?.status === 'running'
}
