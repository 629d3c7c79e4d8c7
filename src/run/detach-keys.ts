import { usageError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'

/** Keys that leave a run without ending it, as docker has them. */
export const DEFAULT_DETACH_KEYS = 'ctrl-p,ctrl-q'

/** Parses `ctrl-p,ctrl-q` or `ctrl-],x` into the bytes a terminal sends. Throws a usage error that shows the bad key. */
export function parseDetachKeys(text: string): Uint8Array {
  return Uint8Array.from(text.split(',').map((key) => keyByte(key, text)))
}

function keyByte(key: string, text: string): number {
  if (/^[\x21-\x7e]$/.test(key)) return key.charCodeAt(0)
  const control = /^ctrl-([a-z@[\\\]^_])$/.exec(key)?.[1]
  if (control === undefined)
    throw usageError(
      `${quoted(key)} in the detach keys ${quoted(text)} is no key`,
      `use single characters or ctrl-<a-z, @, [, \\, ], ^ or _>, as in ${DEFAULT_DETACH_KEYS}`,
    )
  return control.toUpperCase().charCodeAt(0) & 0x1f
}

/**
 * Finds the detach keys in what is typed. Keys that may begin the sequence are held back until the
 * next one decides, so the program inside never sees a sequence that meant us. The first place where
 * the sequence stands counts, also where its beginnings overlap (Knuth, Morris, Pratt).
 */
export class DetachKeyFilter {
  readonly #keys: Uint8Array
  /** Of the first n keys: how many of their last are the first again, without being all of them. */
  readonly #overlaps: readonly number[]
  #matched = 0

  constructor(keys: Uint8Array) {
    this.#keys = keys
    this.#overlaps = overlapsOf(keys)
  }

  /** What to pass on, and whether the sequence is complete. */
  push(typed: Uint8Array): { pass: Uint8Array; detach: boolean } {
    const pass: number[] = []
    for (const byte of typed) {
      while (this.#matched > 0 && byte !== this.#keys[this.#matched]) {
        const kept = this.#overlaps[this.#matched] ?? 0
        pass.push(...this.#keys.subarray(0, this.#matched - kept))
        this.#matched = kept
      }
      if (byte === this.#keys[this.#matched]) this.#matched += 1
      else pass.push(byte)
      if (this.#matched < this.#keys.length) continue
      this.#matched = 0
      return { pass: Uint8Array.from(pass), detach: true }
    }
    return { pass: Uint8Array.from(pass), detach: false }
  }

  /** What is held back, when no key can follow. */
  flush(): Uint8Array {
    const held = this.#keys.slice(0, this.#matched)
    this.#matched = 0
    return held
  }
}

function overlapsOf(keys: Uint8Array): number[] {
  return Array.from({ length: keys.length }, (_zero, matched) => {
    for (let size = matched - 1; size > 0; size--)
      if (keys.subarray(0, size).every((key, at) => key === keys[matched - size + at])) return size
    return 0
  })
}
