import { byte, equalsIgnoringCase, fieldByte, isBlank, tokenByte } from './byte-class.ts'
import { parsed } from './parse-result.ts'

/**
 * Where the parts of one field line are (RFC 9112 §5). One object is reused for all lines:
 * nothing is allocated for a field.
 */
export class FieldLine {
  start = 0
  nameEnd = 0
  colon = 0
  valueStart = 0
  /** Blanks at the end of the value are not part of it. */
  valueEnd = 0
  /** The first byte after the line's CR LF. */
  end = 0

  /**
   * Finds the line that starts at `from`. No folding, no bare CR or LF, no control characters; blanks
   * before the colon only when `repairsNames`, for a response (RFC 9112 §5.1).
   */
  scan(bytes: Uint8Array, from: number, to: number, repairsNames: boolean): number {
    let position = from
    while (position < to && tokenByte[bytes[position] ?? 0] === 1) position++
    this.start = from
    this.nameEnd = position
    if (repairsNames) while (position < to && isBlank(bytes[position])) position++
    this.colon = position
    if (position >= to) return parsed.incomplete
    if (bytes[position] !== byte.colon || this.nameEnd === from) return parsed.malformed
    return this.scanValue(bytes, position + 1, to)
  }

  /** Whether the name is `lower`, in any case. */
  isNamed(bytes: Uint8Array, lower: Uint8Array): boolean {
    return equalsIgnoringCase(bytes, this.start, this.nameEnd, lower)
  }

  private scanValue(bytes: Uint8Array, from: number, to: number): number {
    let position = from
    while (position < to && isBlank(bytes[position])) position++
    this.valueStart = position
    while (position < to && fieldByte[bytes[position] ?? 0] === 1) position++
    if (position >= to) return parsed.incomplete
    if (bytes[position] !== byte.carriageReturn) return parsed.malformed
    if (position + 1 >= to) return parsed.incomplete
    if (bytes[position + 1] !== byte.lineFeed) return parsed.malformed
    this.end = position + 2
    while (position > this.valueStart && isBlank(bytes[position - 1])) position--
    this.valueEnd = position
    return parsed.complete
  }
}
