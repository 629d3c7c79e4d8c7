import type { Flock } from '../../platform/flock.ts'
import type { LogChunk, LogOptions } from '../container-stream.ts'
import { Growth } from './growth.ts'
import { readLog } from './log-reader.ts'
import type { SupervisedFolder } from './supervised-folder.ts'
import { giveOrderOnceStarted } from './supervisor-connection.ts'

/** Stored output of a container, and what follows when asked for. */
export async function* readOutput(
  folder: SupervisedFolder,
  options: LogOptions,
  { flock, signal }: { flock: Flock; signal: AbortSignal | undefined },
): AsyncGenerator<LogChunk> {
  if (!options.follow) {
    yield* readLog(folder.log, options, async () => false)
    return
  }
  const order = { verb: 'watch' } as const
  const watching = giveOrderOnceStarted(folder, order, { flock, signal })
  using more = new Growth(watching.socket, signal)
  yield* readLog(folder.log, options, () => more.next())
}
