import { UNSAFE_CHARACTERS } from './printable.ts'

/** Longest text that a message shows of a value, in UTF-16 code units. */
const SHOWN_MAX = 60

/** A value as messages show it: in double quotes, on one line, control characters escaped, the end cut. */
export function quoted(text: string): string {
  const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX).toWellFormed()}…` : text
  return `"${shown.replace(UNSAFE_CHARACTERS, escapeCharacter)}"`
}

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\t') return '\\t'
  if (character === '\r') return '\\r'
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
