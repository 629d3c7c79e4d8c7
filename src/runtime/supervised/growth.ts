import type { Socket } from 'node:net'

/** Says when a log has grown, until nothing follows. */
export class Growth implements Disposable {
  readonly #socket: Promise<Socket | undefined>
  readonly #signal: AbortSignal | undefined
  #news = Promise.withResolvers<void>()
  #isOver = false
  #isLast = false

  constructor(socket: Promise<Socket | undefined>, signal: AbortSignal | undefined) {
    this.#socket = socket
    this.#signal = signal
    signal?.addEventListener('abort', this.#end, { once: true })
    void socket.then((open) => {
      if (open === undefined) return this.#end()
      // What was written between the last reading and now was announced to nobody.
      this.#news.resolve()
      open.on('data', () => this.#news.resolve())
      open.once('end', () => open.end())
      open.once('close', this.#end)
    })
  }

  /** True when it is worth reading; after the end once more, for what came last. */
  async next(): Promise<boolean> {
    if (this.#isLast) return false
    await this.#news.promise
    this.#signal?.throwIfAborted()
    this.#news = Promise.withResolvers()
    this.#isLast = this.#isOver
    return true
  }

  [Symbol.dispose](): void {
    this.#signal?.removeEventListener('abort', this.#end)
    void this.#socket.then((open) => open?.destroy())
  }

  readonly #end = (): void => {
    this.#isOver = true
    this.#news.resolve()
  }
}
