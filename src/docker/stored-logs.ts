import type { ContainerId } from '../runtime/container-state.ts'
import type { LogChunk, LogOptions } from '../runtime/container-stream.ts'
import { ContainerUnavailableError } from '../runtime/container-unavailable-error.ts'

import { connectionFailure } from './connection-failure.ts'
import type { Containers } from './containers.ts'
import { demux, undivided } from './demux.ts'
import type { EngineStream } from './engine-client.ts'
import { TimestampSplitter } from './log-timestamps.ts'

/** A container's stored output, with its timestamps taken off when they were asked for. */
export async function* storedLogs(
  containers: Containers,
  options: LogOptions & { id: ContainerId; endpoint: string; signal?: AbortSignal | undefined },
): AsyncGenerator<LogChunk> {
  const { id, endpoint, signal, timestamps } = options
  const stream = await containers.logs(id, options, signal)
  try {
    const isFramed = await hasFrames(stream, () => containers.inspect(id, signal), id)
    const pieces = isFramed ? demux(stream.chunks) : undivided(stream.chunks)
    const splitter = timestamps ? new TimestampSplitter({ isFramed }) : undefined
    for await (const piece of pieces) {
      if (splitter !== undefined) yield* splitter.push(piece)
      else yield { stream: piece.stream, bytes: piece.bytes }
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw connectionFailure(endpoint, error)
  } finally {
    stream.close()
  }
}

/** Engines since API 1.42 say so in the head; of older ones it follows from the container's TTY. */
async function hasFrames(
  { headers }: EngineStream,
  inspect: () => Promise<{ tty: boolean } | undefined>,
  id: ContainerId,
): Promise<boolean> {
  const type = String(headers['content-type'] ?? '')
  if (type === 'application/vnd.docker.multiplexed-stream') return true
  if (type === 'application/vnd.docker.raw-stream') return false
  const container = await inspect()
  if (container === undefined) throw new ContainerUnavailableError(id, 'missing')
  return !container.tty
}
