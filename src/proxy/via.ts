import { ascii, byte, equalsIgnoringCase, isBlank } from './byte-class.ts'

/** Our name in Via (RFC 9110 §7.6.3). */
export const viaPseudonym = 'agent'

const pseudonymBytes = ascii(viaPseudonym)

/** How often our own name stands in a Via value: `1.1 agent, 1.0 other (comment)` has it once. */
export function countOwnPasses(bytes: Uint8Array, from: number, to: number): number {
  let count = 0
  let position = from
  while (position < to) {
    let end = position
    while (end < to && bytes[end] !== byte.comma) end++
    if (namesUs(bytes, position, end)) count++
    position = end + 1
  }
  return count
}

/** An element is a protocol, blanks, who received it, and perhaps a comment. */
function namesUs(bytes: Uint8Array, from: number, to: number): boolean {
  let position = from
  while (position < to && isBlank(bytes[position])) position++
  while (position < to && !isBlank(bytes[position])) position++
  while (position < to && isBlank(bytes[position])) position++
  let end = position
  while (end < to && !isBlank(bytes[end])) end++
  return equalsIgnoringCase(bytes, position, end, pseudonymBytes)
}
