/** The `Date` line of the present second, made once in it. */
export class DateLine {
  private readonly now: () => number
  private second = -1
  private line = ''

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number) {
    this.now = now
  }

  /** The line with its CR LF (RFC 9110 §6.6.1). */
  current(): string {
    const second = Math.floor(this.now() / 1000)
    if (second !== this.second) {
      this.second = second
      this.line = `Date: ${new Date(second * 1000).toUTCString()}\r\n`
    }
    return this.line
  }
}
