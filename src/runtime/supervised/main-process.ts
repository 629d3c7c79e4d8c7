import type { Flock } from '../../platform/flock.ts'
import type { ContainerId } from '../container-state.ts'
import type { ContainerStream } from '../container-stream.ts'
import { ContainerUnavailableError } from '../container-unavailable-error.ts'
import type { TerminalSize } from '../terminal-size.ts'
import { ProcessStream } from './process-stream.ts'
import type { SupervisedFolder } from './supervised-folder.ts'
import { giveOrder, giveOrderOnceStarted } from './supervisor-connection.ts'

/**
 * A connection to the main process of a container; of one that has not begun, to what will be. Throws
 * `ContainerUnavailableError` of one that has ended.
 */
export async function attachToMain(
  id: ContainerId,
  folder: SupervisedFolder,
  options: { stdin: boolean; flock: Flock; signal: AbortSignal | undefined },
): Promise<ContainerStream> {
  const { stdin, flock, signal } = options
  if (folder.condition(flock).phase === 'exited')
    throw new ContainerUnavailableError(id, 'not-running')
  const order = { verb: 'attach', stdin } as const
  const { listening, socket } = giveOrderOnceStarted(folder, order, { flock, signal })
  await listening
  return new ProcessStream(socket)
}

/** Sets the size of a container's terminal. Not running (any more) is no error. */
export async function resizeMain(folder: SupervisedFolder, size: TerminalSize): Promise<void> {
  const socket = await giveOrder(folder, { verb: 'resize', size })
  socket?.destroy()
}
