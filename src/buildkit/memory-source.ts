import { createHash } from 'node:crypto'

import type { ContextEntry, ContextSource } from './context-source.ts'
import { goFileMode } from './file-mode.ts'

const regularFile = 0o100644

/** Files that exist only here, at the top of a context: a Dockerfile that was never written. */
export class MemorySource implements ContextSource {
  readonly #files: readonly (readonly [string, Uint8Array])[]

  /** @param files texts by name; names without `/` */
  constructor(files: Readonly<Record<string, string>>) {
    this.#files = Object.entries(files)
      .map(([name, text]) => [name, Buffer.from(text)] as const)
      .toSorted(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
  }

  /** All files, whatever is asked for: sending too many only costs time, and these are small. */
  async *entries(): AsyncGenerator<ContextEntry> {
    for (const [path, bytes] of this.#files) {
      const stat = {
        path,
        mode: goFileMode(regularFile),
        size: BigInt(bytes.length),
        modTime: timeOf(bytes),
      }
      yield { stat, content: { kind: 'bytes', bytes } }
    }
  }
}

/**
 * A time in nanoseconds that changes with the content. BuildKit takes a file with the size and time of
 * the last build's for the same, and these files have no time of their own.
 */
function timeOf(bytes: Uint8Array): bigint {
  const hash = createHash('sha256').update(bytes).digest()
  return BigInt(hash.readUIntBE(0, 6)) * 1_000n
}
