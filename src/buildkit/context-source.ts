import type { EntryStat } from './fsutil-packet.ts'

/** What BuildKit asks of a context in one transfer; all empty for everything. */
export type ContextRequest = {
  include: readonly string[]
  exclude: readonly string[]
  follow: readonly string[]
}

/** One entry of a context, and its content if it is a regular file. */
export type ContextEntry = { stat: EntryStat; content?: FileContent }

/** A file on the disk, or one that exists only here. */
export type FileContent = { kind: 'file'; path: string } | { kind: 'bytes'; bytes: Uint8Array }

/** A folder that a build can read from. */
export interface ContextSource {
  /**
   * The wanted entries: folders before what is in them, siblings in the order of their UTF-8 bytes,
   * paths relative with `/`. BuildKit refuses any other order.
   */
  entries(request: ContextRequest): AsyncIterable<ContextEntry>
}
