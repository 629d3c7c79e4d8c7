import type { Flock } from '../../platform/flock.ts'
import type { ExitWait } from '../container-runtime.ts'
import type { ExitStatus } from '../container-state.ts'
import { untilClosed } from './sockets.ts'
import type { SupervisedFolder } from './supervised-folder.ts'
import { giveOrderOnceStarted } from './supervisor-connection.ts'

/** A wait for the end of a container: `exitOf` calls `ready` once that end cannot be missed any more. */
export function exitWait(exitOf: (ready: () => void) => Promise<ExitStatus>): ExitWait {
  const ready = Promise.withResolvers<void>()
  const exit = exitOf(ready.resolve)
  // Callers look at one of the two first; a failure is in both.
  exit.catch((error: unknown) => ready.reject(error))
  ready.promise.catch(() => undefined)
  return { ready: ready.promise, exit }
}

/**
 * Stays with the supervising process, also one that is still to come, until it is done with its container. Calls
 * `ready` once that cannot be missed any more. False when there is none. Rejects with the signal's reason.
 */
export async function watchSupervisor(
  folder: SupervisedFolder,
  options: { flock: Flock; ready: () => void; signal: AbortSignal | undefined },
): Promise<boolean> {
  const { flock, ready, signal } = options
  const watching = giveOrderOnceStarted(folder, { verb: 'watch' }, { flock, signal })
  await watching.listening
  ready()
  const socket = await watching.socket
  if (socket === undefined) return false
  await untilClosed(socket, { signal })
  return true
}
