import { ascii, byte, digitAt, equalsIgnoringCase, isBlank } from './byte-class.ts'

const chunked = ascii('chunked')

/**
 * Judges a Transfer-Encoding value (RFC 9112 §6.1): 0 = exactly `chunked`; 400 = chunked twice, not
 * last, or an empty element, which some parsers pass over and others do not; 501 = a coding we do not know.
 */
export function judgeTransferCoding(bytes: Uint8Array, from: number, to: number): 0 | 400 | 501 {
  let chunkedSeen = false
  let unknownSeen = false
  let position = from
  while (position <= to) {
    let end = position
    while (end < to && bytes[end] !== byte.comma) end++
    if (chunkedSeen || isEmpty(bytes, position, end)) return 400
    if (isChunked(bytes, position, end)) chunkedSeen = true
    else unknownSeen = true
    position = end + 1
  }
  return unknownSeen ? 501 : 0
}

/** The digits of a Content-Length as a number, or -1: no sign, no list, nothing too long to be exact. */
export function parseContentLength(bytes: Uint8Array, from: number, to: number): number {
  if (to === from || to - from > 15) return -1
  let length = 0
  for (let i = from; i < to; i++) {
    const digit = digitAt(bytes, i)
    if (digit < 0) return -1
    length = length * 10 + digit
  }
  return length
}

function isChunked(bytes: Uint8Array, from: number, to: number): boolean {
  let start = from
  let end = to
  while (start < end && isBlank(bytes[start])) start++
  while (end > start && isBlank(bytes[end - 1])) end--
  return equalsIgnoringCase(bytes, start, end, chunked)
}

function isEmpty(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (!isBlank(bytes[i])) return false
  return true
}
