import { ascii } from './byte-class.ts'

/** What a message is and where it goes must be known before its body: these do not count, or count twice, after it. */
const forbidden = ['content-length', 'transfer-encoding', 'host'].map(ascii)

/**
 * Recognises, letter by letter, the names that must not stand in a trailer section (RFC 9110 §6.5.1): there are parsers that
 * act on them.
 */
export class TrailerName {
  private length = 0
  private candidates = forbidden

  begin(first: number): void {
    this.length = 0
    this.candidates = forbidden
    this.take(first)
  }

  take(code: number): void {
    if (this.candidates.length > 0) {
      const lower = code | 32
      this.candidates = this.candidates.filter((name) => name[this.length] === lower)
    }
    this.length++
  }

  /** Whether the name is one of these, now that it has ended. */
  get isForbidden(): boolean {
    return this.candidates.some((name) => name.length === this.length)
  }
}
