/** Why a pattern cannot be used. */
export class IgnorePatternError extends Error {
  override readonly name = 'IgnorePatternError'
  readonly pattern: string

  constructor(pattern: string, reason: string) {
    super(`the pattern ${JSON.stringify(pattern)} ${reason}`)
    this.pattern = pattern
  }
}

/** One line of a `.dockerignore`, as moby/patternmatcher reads it. */
export type IgnorePattern = {
  /** Cleaned, without the `!`. */
  text: string
  /** `!pattern`: takes back what earlier patterns matched. */
  isException: boolean
  matches(path: string): boolean
}

/** Characters that Go's `filepath.Match` or the double star give a meaning. */
const special = /[*?[\]\\^]/

/** Compiles one pattern; throws `IgnorePatternError` where moby/patternmatcher refuses it. */
export function compileIgnorePattern(line: string): IgnorePattern {
  const cleaned = cleanPath(line.trim())
  const isException = cleaned.startsWith('!')
  const text = isException ? cleaned.slice(1) : cleaned
  if (isException && text === '') throw new IgnorePatternError(line, 'excepts nothing')
  return { text, isException, matches: matcherOf(text) }
}

/** Go's `filepath.Clean`: no `.` and `..` where they can be resolved, no double or trailing slashes. */
export function cleanPath(path: string): string {
  const isAbsolute = path.startsWith('/')
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    const canGoUp = parts.length > 0 && parts.at(-1) !== '..'
    if (part !== '..') parts.push(part)
    else if (canGoUp) parts.pop()
    else if (!isAbsolute) parts.push(part)
  }
  const joined = parts.join('/')
  if (isAbsolute) return `/${joined}`
  return joined === '' ? '.' : joined
}

/** True when a pattern is a plain path, but perhaps for a last `/*` or `/**`; that is cut off then. */
export function literalPrefix(text: string): string | undefined {
  const prefix = text.replace(/\/\*\*?$/, '')
  return isPlain(prefix) ? prefix : undefined
}

/**
 * moby/patternmatcher compares some shapes as text instead of by their regular expression, which makes
 * a difference: `**foo` matches `xfoo`, but `**foo*` does not match `xfoo`.
 */
function matcherOf(text: string): (path: string) => boolean {
  const expression = new RegExp(`^${expressionOf(text)}$`, 'u')
  if (isPlain(text)) return (path) => path === text
  if (text === '**') return () => true
  if (text.startsWith('**') && isPlain(text.slice(2))) {
    const end = text.slice(2)
    return (path) => path.endsWith(end) || (end.startsWith('/') && path === end.slice(1))
  }
  if (text.endsWith('**') && isPlain(text.slice(0, -2))) {
    const start = text.slice(0, -2)
    return (path) => path.startsWith(start)
  }
  return (path) => expression.test(path)
}

function isPlain(text: string): boolean {
  return !special.test(text)
}

/** The regular expression of a pattern. */
function expressionOf(text: string): string {
  const characters = Array.from(text)
  let expression = ''
  let index = 0
  while (index < characters.length) {
    const character = characters[index] ?? ''
    if (character === '*') {
      const star = starAt(characters, index)
      expression += star.expression
      index = star.end
    } else if (character === '[') {
      const chosen = classAt(characters, index, text)
      expression += chosen.expression
      index = chosen.end
    } else if (character === '?') {
      expression += '[^/]'
      index += 1
    } else if (character === '\\') {
      const escaped = characters[index + 1]
      if (escaped === undefined) throw new IgnorePatternError(text, 'ends in a backslash')
      expression += literal(escaped)
      index += 2
    } else {
      expression += literal(character)
      index += 1
    }
  }
  return expression
}

// `*` stays inside a name; `**`, with or without a slash behind, is any number of folders, and everything
// at the end.
function starAt(characters: readonly string[], start: number): { expression: string; end: number } {
  if (characters[start + 1] !== '*') return { expression: '[^/]*', end: start + 1 }
  const end = characters[start + 2] === '/' ? start + 3 : start + 2
  return { expression: end >= characters.length ? '[^\\n]*' : '(?:[^\\n]*/)?', end }
}

/** `[` [`^`] one or more characters or ranges `]`, by the grammar of Go's `filepath.Match`. */
function classAt(
  characters: readonly string[],
  start: number,
  pattern: string,
): { expression: string; end: number } {
  let index = start + 1
  const isNegated = characters[index] === '^'
  if (isNegated) index += 1
  const one = (): string => {
    const isEscape = characters[index] === '\\'
    const character = characters[isEscape ? index + 1 : index]
    if (character === undefined || (!isEscape && (character === '-' || character === ']'))) {
      throw new IgnorePatternError(pattern, 'has a bad set of characters')
    }
    index += isEscape ? 2 : 1
    return character
  }
  let ranges = ''
  do {
    const low = one()
    let high = low
    if (characters[index] === '-') {
      index += 1
      high = one()
    }
    // An empty range matches nothing in Go, and is an error here.
    if (low <= high) ranges += `${codePoint(low)}-${codePoint(high)}`
  } while (characters[index] !== ']')
  return { expression: `[${isNegated ? '^' : ''}${ranges}]`, end: index + 1 }
}

function literal(character: string): string {
  return codePoint(character)
}

function codePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
