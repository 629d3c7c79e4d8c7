import {
  agrees,
  ascii,
  byte,
  digitAt,
  equalsBytes,
  equalsIgnoringCase,
  targetByte,
  tokenByte,
} from './byte-class.ts'
import { parsed } from './parse-result.ts'

/** The methods that are treated in a way of their own; every other one is passed on as it is. */
export type Method = 'GET' | 'HEAD' | 'PUT' | 'DELETE' | 'OPTIONS' | 'TRACE' | 'CONNECT' | 'other'

const methods = (['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'] as const).map(
  (method) => ({ method, bytes: ascii(method) }),
)
const schemes = [ascii('http'), ascii('https')]
const protocol = ascii('HTTP/')
/** The bytes of ` HTTP/1.1` CR LF. */
const versionLength = 11

/** The first line of a request, as positions (RFC 9112 §3). One object is reused for all requests. */
export class RequestLine {
  method: Method = 'GET'
  targetStart = 0
  targetEnd = 0
  /** The target is a whole URL; then its host counts, not the Host field (RFC 9112 §3.2.2). */
  isAbsolute = false
  /** The target is `*` (RFC 9112 §3.2.4), which asks the server and not a resource. */
  isAsterisk = false
  /** Where an absolute target's host is. */
  authorityStart = 0
  authorityEnd = 0
  /** A higher minor version than 1 counts as 1 (RFC 9110 §2.5). */
  minorVersion: 0 | 1 = 1
  /** The first byte after the line's CR LF. */
  end = 0

  parse(bytes: Uint8Array, from: number, to: number): number {
    let position = from
    while (position < to && tokenByte[bytes[position] ?? 0] === 1) position++
    if (position >= to) return parsed.incomplete
    if (bytes[position] !== byte.space || position === from) return parsed.malformed
    this.method = methodOf(bytes, from, position)
    this.targetStart = ++position
    while (position < to && targetByte[bytes[position] ?? 0] === 1) position++
    if (position >= to) return parsed.incomplete
    if (bytes[position] !== byte.space || position === this.targetStart) return parsed.malformed
    this.targetEnd = position
    const version = this.parseVersion(bytes, position + 1, to)
    return version === parsed.complete ? this.parseTarget(bytes) : version
  }

  private parseVersion(bytes: Uint8Array, from: number, to: number): number {
    this.end = this.targetEnd + versionLength
    if (!agrees(bytes, from, to, protocol)) return parsed.malformed
    if (to < this.end) return parsed.incomplete
    const major = digitAt(bytes, from + 5)
    const minor = digitAt(bytes, from + 7)
    if (major < 0 || minor < 0 || bytes[from + 6] !== byte.dot) return parsed.malformed
    if (bytes[from + 8] !== byte.carriageReturn || bytes[from + 9] !== byte.lineFeed) {
      return parsed.malformed
    }
    if (major !== 1) return parsed.unknownVersion
    this.minorVersion = minor === 0 ? 0 : 1
    return parsed.complete
  }

  private parseTarget(bytes: Uint8Array): number {
    const first = bytes[this.targetStart]
    this.isAbsolute = false
    this.isAsterisk = false
    // Its target has a form of its own; the request is refused whatever it says.
    if (first === byte.slash || this.method === 'CONNECT') return parsed.complete
    if (first === byte.asterisk && this.targetEnd === this.targetStart + 1) {
      this.isAsterisk = true
      return this.method === 'OPTIONS' ? parsed.complete : parsed.malformed
    }
    this.isAbsolute = true
    this.authorityStart = startOfAuthority(bytes, this.targetStart, this.targetEnd)
    if (this.authorityStart < 0) return parsed.malformed
    this.authorityEnd = endOfAuthority(bytes, this.authorityStart, this.targetEnd)
    return this.authorityEnd < 0 ? parsed.malformed : parsed.complete
  }
}

function methodOf(bytes: Uint8Array, from: number, to: number): Method {
  for (const known of methods) if (equalsBytes(bytes, from, to, known.bytes)) return known.method
  return 'other'
}

/** Where a URL's authority starts, or -1 when `bytes[from, to)` is not a URL of http or https. */
function startOfAuthority(bytes: Uint8Array, from: number, to: number): number {
  let colon = from
  while (colon < to && bytes[colon] !== byte.colon) colon++
  if (colon + 3 > to) return -1
  if (bytes[colon + 1] !== byte.slash || bytes[colon + 2] !== byte.slash) return -1
  return schemes.some((scheme) => equalsIgnoringCase(bytes, from, colon, scheme)) ? colon + 3 : -1
}

/** Where the authority ends, or -1 when it holds user information, which only deceives (RFC 9110 §4.2.4). */
function endOfAuthority(bytes: Uint8Array, from: number, to: number): number {
  let end = from
  while (end < to && bytes[end] !== byte.slash && bytes[end] !== byte.question) {
    if (bytes[end] === byte.at) return -1
    end++
  }
  return end
}
