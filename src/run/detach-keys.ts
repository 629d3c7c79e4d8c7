import { usageError } from '../lib/errors.ts'

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
      `"${key}" in the detach keys "${text}" is no key`,
      `use single characters or ctrl-<a-z, @, [, \\, ], ^ or _>, as in ${DEFAULT_DETACH_KEYS}`,
    )
  return control.toUpperCase().charCodeAt(0) & 0x1f
}

/**
 * Finds the detach keys in what is typed. Keys that may begin the sequence are held back until the
 * next one decides, so the program inside never sees a sequence that meant us.
 */
export class DetachKeyFilter {
  readonly #keys: Uint8Array
  #matched = 0

  constructor(keys: Uint8Array) {
    this.#keys = keys
  }

  /** What to pass on, and whether the sequence is complete. */
  push(typed: Uint8Array): { pass: Uint8Array; detach: boolean } {
    const pass: number[] = []
    for (const byte of typed) {
      if (byte !== this.#keys[this.#matched]) {
        for (let index = 0; index < this.#matched; index++) pass.push(this.#keys[index] ?? 0)
        this.#matched = 0
      }
      if (byte !== this.#keys[this.#matched]) {
        pass.push(byte)
        continue
      }
      this.#matched += 1
      if (this.#matched === this.#keys.length) return { pass: Uint8Array.from(pass), detach: true }
    }
    return { pass: Uint8Array.from(pass), detach: false }
  }
}
