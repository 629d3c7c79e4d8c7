/** Bytes the parsers ask for by name. */
export const byte = {
  tab: 9,
  lineFeed: 10,
  carriageReturn: 13,
  space: 32,
  quote: 34,
  asterisk: 42,
  comma: 44,
  dot: 46,
  slash: 47,
  zero: 48,
  one: 49,
  colon: 58,
  semicolon: 59,
  equals: 61,
  question: 63,
  at: 64,
  backslash: 92,
} as const

function tableOf(holds: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (holds(code) ? 1 : 0))
}

const tokenPunctuation = "!#$%&'*+-.^_`|~"

/** 1 for a `tchar`: what names and methods are made of (RFC 9110 §5.6.2). */
export const tokenByte = tableOf((code) => {
  const character = String.fromCharCode(code)
  return /[0-9A-Za-z]/.test(character) || tokenPunctuation.includes(character)
})

/** 1 for what a field value or a reason phrase may hold: HTAB, SP, VCHAR, obs-text (RFC 9110 §5.5). */
export const fieldByte = tableOf((code) => code === 9 || (code >= 32 && code !== 127))

/**
 * 1 for what a request target may hold. Bytes above 127 are let through, because people type them;
 * `#` is not, because a fragment is never sent (RFC 9110 §7.1).
 */
export const targetByte = tableOf((code) => code > 32 && code !== 127 && code !== 35)

/** The value of a hexadecimal digit, or -1. */
export const hexDigit = Int8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(value) ? -1 : value
})

/** The bytes of an ASCII string. */
export function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/**
 * Whether `bytes[start, end)` is `lower` in any case. `lower` is in lower case and, like what it is
 * compared with, made of token bytes: only for those does setting bit 5 mean lower case.
 */
export function equalsIgnoringCase(
  bytes: Uint8Array,
  start: number,
  end: number,
  lower: Uint8Array,
): boolean {
  if (end - start !== lower.length) return false
  for (let i = 0; i < lower.length; i++) {
    if (((bytes[start + i] ?? 0) | 32) !== lower[i]) return false
  }
  return true
}

/** Whether `bytes[start, end)` is exactly `expected`. */
export function equalsBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  expected: Uint8Array,
): boolean {
  if (end - start !== expected.length) return false
  for (let i = 0; i < expected.length; i++) {
    if (bytes[start + i] !== expected[i]) return false
  }
  return true
}

/** Whether `bytes[from, to)` agrees with `expected` as far as both go. */
export function agrees(bytes: Uint8Array, from: number, to: number, expected: Uint8Array): boolean {
  const length = Math.min(expected.length, to - from)
  for (let i = 0; i < length; i++) if (bytes[from + i] !== expected[i]) return false
  return true
}

/** The decimal digit at a position, or -1. */
export function digitAt(bytes: Uint8Array, position: number): number {
  const digit = (bytes[position] ?? 0) - byte.zero
  return digit >= 0 && digit <= 9 ? digit : -1
}

/** Whether `bytes[from, to)` is one decimal digit or more. */
export function isDigits(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (digitAt(bytes, i) < 0) return false
  return to > from
}

/** Whether the byte is one of the two blanks of HTTP: SP and HTAB (OWS, RFC 9110 §5.6.3). */
export function isBlank(code: number | undefined): boolean {
  return code === byte.space || code === byte.tab
}
