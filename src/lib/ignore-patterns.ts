import { compileIgnorePattern, literalPrefix, type IgnorePattern } from './ignore-pattern.ts'

/** What is known of a path: whether it is matched, and by which patterns it or a folder above it is. */
export type IgnoreMatch = { isMatched: boolean; byPattern: readonly boolean[] }

/**
 * A list of patterns as moby/patternmatcher understands it: the last pattern that matches a path or a
 * folder above it decides. Paths are relative, with `/`, without `./`.
 */
export class IgnorePatterns {
  readonly #patterns: readonly IgnorePattern[]

  /** Throws `IgnorePatternError`. */
  constructor(lines: readonly string[]) {
    this.#patterns = lines.filter((line) => line.trim() !== '').map(compileIgnorePattern)
  }

  /** @param parent what this said of the folder that holds the path; without one for the top */
  match(path: string, parent?: IgnoreMatch): IgnoreMatch {
    let isMatched = false
    const byPattern = this.#patterns.map((pattern, index) => {
      if (parent?.byPattern[index] === true) {
        isMatched = !pattern.isException
        return true
      }
      // A pattern that could not change anything needs no look.
      if (pattern.isException !== isMatched) return false
      const matches = pattern.matches(path)
      if (matches) isMatched = !pattern.isException
      return matches
    })
    return { isMatched, byPattern }
  }

  /** False when no pattern can match anything inside a folder that is not matched itself. */
  canMatchInside(folder: string): boolean {
    return canReach(
      this.#patterns.filter(({ isException }) => !isException),
      folder,
    )
  }

  /** False when no exception can take back anything inside a matched folder. */
  canExceptInside(folder: string): boolean {
    return canReach(
      this.#patterns.filter(({ isException }) => isException),
      folder,
    )
  }
}

function canReach(patterns: readonly IgnorePattern[], folder: string): boolean {
  return patterns.some(({ text }) => {
    const prefix = literalPrefix(text)
    return prefix === undefined || `${prefix}/`.startsWith(`${folder}/`)
  })
}
