import type { Flock } from '../platform/flock.ts'
import type { LogChunk, LogOptions } from '../runtime/container-stream.ts'
import { Growth } from '../runtime/supervised/growth.ts'
import { readLog } from '../runtime/supervised/log-reader.ts'
import { giveOrderOnceStarted } from '../runtime/supervised/supervisor-connection.ts'
import type { AppleFolder } from './apple-folder.ts'

/** Stored output of a container, and what follows when asked for. */
export async function* readOutput(
  folder: AppleFolder,
  options: LogOptions,
  { flock, signal }: { flock: Flock; signal: AbortSignal | undefined },
): AsyncGenerator<LogChunk> {
  if (!options.follow) {
    yield* readLog(folder.log, options, async () => false)
    return
  }
  const order = { verb: 'watch' } as const
  const watching = giveOrderOnceStarted(folder, order, { libc: flock, signal })
  using more = new Growth(watching.socket, signal)
  yield* readLog(folder.log, options, () => more.next())
}
