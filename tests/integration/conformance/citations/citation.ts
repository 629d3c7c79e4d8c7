/**
 * How binding a rule is. `OUGHT`: no RFC's keyword stands behind it, but the RFC's own "ought to" or its grammar, or
 * what a client and its service expect of whoever stands between them.
 */
export type Level = 'MUST' | 'SHOULD' | 'OUGHT'

/** Where a rule stands, and the words of it that matter. */
export type Citation = {
  readonly level: Level
  readonly source: string
  readonly quote: string
}

/** A rule to cite. */
export function cite(level: Level, source: string, quote: string): Citation {
  return { level, source, quote }
}
