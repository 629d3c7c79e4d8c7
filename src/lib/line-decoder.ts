/** Splits a byte stream into lines of UTF-8 text, whatever the chunks are. */
export class LineDecoder {
  #pending = ''
  readonly #decoder = new TextDecoder()
  readonly #limit: number

  /** @param limit longest line in characters; a longer one is an error, so that a peer cannot fill memory */
  constructor(limit = 1024 * 1024) {
    this.#limit = limit
  }

  /** The lines that `bytes` completes, without their ends. */
  push(bytes: Uint8Array): string[] {
    const lines = (this.#pending + this.#decoder.decode(bytes, { stream: true })).split('\n')
    this.#pending = lines.pop() ?? ''
    if (this.#pending.length > this.#limit)
      throw new RangeError(`a line is longer than ${this.#limit} characters`)
    return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  }

  /** What came after the last line end; empty when nothing did. */
  rest(): string {
    return this.#pending + this.#decoder.decode()
  }
}
