import { byte, fieldByte, hexDigit, isBlank, tokenByte } from './byte-class.ts'
import { TrailerName } from './trailer-name.ts'

/** A chunk longer than this cannot be counted safely. */
const sizeBytesMax = 2 ** 48
/** All that may come between two chunks' data (size, extensions), or after the last (trailers). */
const framingBytesMax = 64 * 1024

const phase = {
  broken: -1,
  sizeStart: 0,
  size: 1,
  blank: 2,
  extensionStart: 3,
  extensionName: 4,
  extensionNameBlank: 5,
  extensionValueStart: 6,
  extensionValue: 7,
  extensionQuoted: 8,
  extensionQuotedPair: 9,
  extensionQuotedEnd: 10,
  sizeLineFeed: 11,
  data: 12,
  dataReturn: 13,
  dataLineFeed: 14,
  trailerStart: 15,
  trailerName: 16,
  trailerValue: 17,
  trailerLineFeed: 18,
  lastLineFeed: 19,
  done: 20,
} as const

/**
 * Follows the chunked transfer coding without changing it (RFC 9112 §7.1): says where the body ends
 * and where its data is. Every deviation is an error, because what one parser tolerates and the next
 * reads differently is request smuggling.
 */
export class ChunkedScanner {
  private phase: number = phase.sizeStart
  /** Data bytes of the current chunk that have not passed yet. */
  private remaining = 0
  private framingBytes = 0
  /** Where the trailers begin in what was scanned last; -1 = they have not been reached. */
  trailersFrom = -1
  private readonly trailerName = new TrailerName()

  get isDone(): boolean {
    return this.phase === phase.done
  }

  /** Whether the next byte is data and not framing. */
  get isAtData(): boolean {
    return this.phase === phase.data
  }

  reset(): void {
    this.phase = phase.sizeStart
    this.remaining = 0
    this.framingBytes = 0
  }

  /** The position after the last byte of `bytes[from, to)` that belongs to the body; -1 = malformed. */
  scan(bytes: Uint8Array, from: number, to: number): number {
    let position = from
    this.trailersFrom = this.phase >= phase.trailerStart ? from : -1
    while (position >= 0 && position < to && this.phase !== phase.done) {
      position =
        this.phase === phase.data
          ? this.passData(position, to)
          : this.scanFraming(bytes, position, to)
      if (this.phase === phase.trailerStart && this.trailersFrom < 0) this.trailersFrom = position
    }
    return position
  }

  /** The position after the data that starts at `from`. Only where {@link isAtData}. */
  passData(from: number, to: number): number {
    const end = Math.min(to, from + this.remaining)
    this.remaining -= end - from
    if (this.remaining === 0) this.phase = phase.dataReturn
    return end
  }

  /** The position of the next data byte, of a trailer, or after the body, or `to`; -1 = malformed. */
  scanFraming(bytes: Uint8Array, from: number, to: number): number {
    let position = from
    while (position < to) {
      this.phase = this.next(bytes[position] ?? 0)
      if (this.phase === phase.broken) return -1
      position++
      if (this.phase === phase.data || this.phase === phase.done) break
      if (this.phase === phase.trailerStart) break
    }
    return position
  }

  private next(code: number): number {
    if (++this.framingBytes > framingBytesMax) return phase.broken
    switch (this.phase) {
      case phase.sizeStart:
      case phase.size:
        return this.nextInSize(code)
      case phase.blank:
        // A blank is allowed before an extension only, not as padding (RFC 9112 §7.1.1).
        if (isBlank(code)) return phase.blank
        return code === byte.semicolon ? phase.extensionStart : phase.broken
      case phase.sizeLineFeed:
        if (code !== byte.lineFeed) return phase.broken
        return this.remaining === 0 ? phase.trailerStart : phase.data
      case phase.dataReturn:
        return code === byte.carriageReturn ? phase.dataLineFeed : phase.broken
      case phase.dataLineFeed:
        this.framingBytes = 0
        return code === byte.lineFeed ? phase.sizeStart : phase.broken
      default:
        return this.phase < phase.sizeLineFeed
          ? nextInExtension(this.phase, code)
          : this.nextInTrailers(code)
    }
  }

  private nextInSize(code: number): number {
    const digit = hexDigit[code] ?? -1
    if (digit >= 0) {
      this.remaining = this.remaining * 16 + digit
      return this.remaining <= sizeBytesMax ? phase.size : phase.broken
    }
    if (this.phase === phase.sizeStart) return phase.broken
    return nextAfterMember(code)
  }

  private nextInTrailers(code: number): number {
    switch (this.phase) {
      case phase.trailerStart:
        if (code === byte.carriageReturn) return phase.lastLineFeed
        this.trailerName.begin(code)
        return tokenByte[code] === 1 ? phase.trailerName : phase.broken
      case phase.trailerName:
        return this.nextInTrailerName(code)
      case phase.trailerValue:
        return lineOr(code, phase.trailerValue, phase.trailerLineFeed)
      case phase.trailerLineFeed:
        return code === byte.lineFeed ? phase.trailerStart : phase.broken
      case phase.lastLineFeed:
        return code === byte.lineFeed ? phase.done : phase.broken
      default:
        return phase.broken
    }
  }

  private nextInTrailerName(code: number): number {
    if (code === byte.colon) return this.trailerName.isForbidden ? phase.broken : phase.trailerValue
    this.trailerName.take(code)
    return tokenByte[code] === 1 ? phase.trailerName : phase.broken
  }
}

/** What may follow a size, or an extension that is whole. */
function nextAfterMember(code: number): number {
  if (code === byte.carriageReturn) return phase.sizeLineFeed
  if (code === byte.semicolon) return phase.extensionStart
  return isBlank(code) ? phase.blank : phase.broken
}

/** `; name`, `; name = token` or `; name = "quoted"`, to the letter (RFC 9112 §7.1.1). */
function nextInExtension(current: number, code: number): number {
  switch (current) {
    case phase.extensionStart:
      if (isBlank(code)) return current
      return tokenByte[code] === 1 ? phase.extensionName : phase.broken
    case phase.extensionName:
      if (tokenByte[code] === 1) return current
      if (isBlank(code)) return phase.extensionNameBlank
      return code === byte.equals ? phase.extensionValueStart : nextAfterMember(code)
    case phase.extensionNameBlank:
      if (isBlank(code)) return current
      if (code === byte.equals) return phase.extensionValueStart
      return code === byte.semicolon ? phase.extensionStart : phase.broken
    default:
      return nextInExtensionValue(current, code)
  }
}

function nextInExtensionValue(current: number, code: number): number {
  switch (current) {
    case phase.extensionValueStart:
      if (isBlank(code)) return current
      if (code === byte.quote) return phase.extensionQuoted
      return tokenByte[code] === 1 ? phase.extensionValue : phase.broken
    case phase.extensionValue:
      return tokenByte[code] === 1 ? current : nextAfterMember(code)
    case phase.extensionQuoted:
      if (code === byte.quote) return phase.extensionQuotedEnd
      if (code === byte.backslash) return phase.extensionQuotedPair
      return fieldByte[code] === 1 ? current : phase.broken
    case phase.extensionQuotedPair:
      return fieldByte[code] === 1 ? phase.extensionQuoted : phase.broken
    case phase.extensionQuotedEnd:
      return nextAfterMember(code)
    default:
      return phase.broken
  }
}

/** `ended` at the CR that ends a line, `same` within it. */
function lineOr(code: number, same: number, ended: number): number {
  if (code === byte.carriageReturn) return ended
  return fieldByte[code] === 1 ? same : phase.broken
}
