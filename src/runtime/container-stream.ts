export type StreamName = 'stdout' | 'stderr'

/** A piece of output. With a TTY everything is `stdout`. */
export type OutputChunk = { stream: StreamName; bytes: Uint8Array }

/** A piece of stored output, with the time the runtime gave it when asked for. */
export type LogChunk = OutputChunk & { timestamp?: string }

export type LogOptions = {
  follow: boolean
  /** Last N lines; absent: all. */
  tail?: number
  timestamps: boolean
  /** Only lines after this time (RFC 3339). */
  since?: string
}

/**
 * A two-way connection to a process in a container. Reading has back-pressure: nothing is read ahead
 * of what the consumer took. Dispose to close both directions.
 */
export interface ContainerStream extends AsyncDisposable {
  /** Demultiplexed output until the process closes it; throws when the connection breaks. Iterate once. */
  readonly output: AsyncIterable<OutputChunk>
  /** Resolves when the bytes were taken, so that awaiting it is back-pressure; rejects when nobody takes them any more. */
  write(bytes: Uint8Array): Promise<void>
  /** Half close: the process reads end of file; output goes on. */
  endInput(): Promise<void>
}
