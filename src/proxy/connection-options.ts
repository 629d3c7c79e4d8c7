import { ascii, byte, equalsIgnoringCase, isBlank } from './byte-class.ts'

/** More field names in `Connection` than this is a mistake or an attack. */
const nominatedMax = 32

const close = ascii('close')
const keepAlive = ascii('keep-alive')
const upgrade = ascii('upgrade')
const te = ascii('te')
/** Fields a sender must not be able to delete: without them the message would be another one. */
const essential = ['host', 'content-length', 'transfer-encoding'].map(ascii)

/** What the `Connection` lines of one message say (RFC 9110 §7.6.1). */
export class ConnectionOptions {
  close = false
  keepAlive = false
  upgrade = false
  nominatedCount = 0
  /** Pairs of start and end: field names that are for this hop only. */
  private readonly nominated = new Int32Array(2 * nominatedMax)

  reset(): void {
    this.close = false
    this.keepAlive = false
    this.upgrade = false
    this.nominatedCount = 0
  }

  /** Reads one value; false when it names too many fields. */
  read(bytes: Uint8Array, from: number, to: number): boolean {
    let position = from
    for (;;) {
      while (position < to && isSeparator(bytes[position])) position++
      if (position === to) return true
      const start = position
      while (position < to && !isSeparator(bytes[position])) position++
      if (!this.take(bytes, start, position)) return false
    }
  }

  /** Whether `Connection` names the field `bytes[start, end)` and may do so. */
  nominates(bytes: Uint8Array, start: number, end: number): boolean {
    for (let i = 0; i < this.nominatedCount; i++) {
      const from = this.nominated[2 * i] ?? 0
      const to = this.nominated[2 * i + 1] ?? 0
      if (sameName(bytes, start, end, from, to)) return !isEssential(bytes, start, end)
    }
    return false
  }

  private take(bytes: Uint8Array, start: number, end: number): boolean {
    if (equalsIgnoringCase(bytes, start, end, keepAlive)) this.keepAlive = true
    else if (equalsIgnoringCase(bytes, start, end, close)) this.close = true
    else if (equalsIgnoringCase(bytes, start, end, upgrade)) this.upgrade = true
    else if (!equalsIgnoringCase(bytes, start, end, te)) {
      if (this.nominatedCount === nominatedMax) return false
      this.nominated[2 * this.nominatedCount] = start
      this.nominated[2 * this.nominatedCount + 1] = end
      this.nominatedCount++
    }
    return true
  }
}

function isSeparator(code: number | undefined): boolean {
  return code === byte.comma || isBlank(code)
}

function isEssential(bytes: Uint8Array, start: number, end: number): boolean {
  return essential.some((name) => equalsIgnoringCase(bytes, start, end, name))
}

function sameName(
  bytes: Uint8Array,
  start: number,
  end: number,
  otherStart: number,
  otherEnd: number,
): boolean {
  if (end - start !== otherEnd - otherStart) return false
  for (let i = 0; i < end - start; i++) {
    if (((bytes[start + i] ?? 0) | 32) !== ((bytes[otherStart + i] ?? 0) | 32)) return false
  }
  return true
}
