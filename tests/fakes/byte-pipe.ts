/**
 * Bytes from one side to the other with back-pressure: a write waits while more than `limit` bytes are
 * not taken. One reader.
 */
export class BytePipe implements AsyncIterable<Uint8Array> {
  readonly #limit: number
  #chunks: Uint8Array[] = []
  #length = 0
  #ended = false
  #wake: PromiseWithResolvers<void> = Promise.withResolvers()

  constructor(limit = 64 * 1024) {
    this.#limit = limit
  }

  get isEnded(): boolean {
    return this.#ended
  }

  /** Resolves when there is room again, or when nobody reads any more. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#ended) return
    this.#chunks.push(Uint8Array.from(bytes))
    this.#length += bytes.length
    this.#changed()
    while (this.#length > this.#limit && !this.#ended) await this.#wake.promise
  }

  end(): void {
    this.#ended = true
    this.#changed()
  }

  /** Ends and forgets what was not read. */
  close(): void {
    this.#chunks = []
    this.#length = 0
    this.end()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) {
        this.#length -= chunk.length
        this.#changed()
        yield chunk
      } else if (this.#ended) return
      else await this.#wake.promise
    }
  }

  #changed(): void {
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }
}
