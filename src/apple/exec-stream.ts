import type { ContainerStream, OutputChunk } from '../runtime/container-stream.ts'

/** Output on its way to one reader; whoever writes waits until it was taken. */
export class OutputQueue {
  readonly #waiting: { chunk: OutputChunk; taken: () => void }[] = []
  #news = Promise.withResolvers<void>()
  #isOver = false

  /** Resolves when the reader has taken it, or nobody reads any more. */
  push(chunk: OutputChunk): Promise<void> {
    if (this.#isOver) return Promise.resolve()
    return new Promise((taken) => {
      this.#waiting.push({ chunk, taken })
      this.#news.resolve()
    })
  }

  /** Nothing more comes. */
  end(): void {
    this.#isOver = true
    this.#news.resolve()
  }

  /** Nobody reads any more. */
  drop(): void {
    this.end()
    for (const { taken } of this.#waiting.splice(0)) taken()
  }

  async *read(): AsyncGenerator<OutputChunk> {
    for (;;) {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        next.taken()
        yield next.chunk
      }
      if (this.#isOver) return
      await this.#news.promise
      this.#news = Promise.withResolvers()
    }
  }
}

type ExecInput = {
  write: (bytes: Uint8Array) => Promise<void>
  endInput: () => void
  /** Nobody is at the other end any more. */
  leave: () => void
}

/** The input and output of a process that this one started. */
export class ExecStream implements ContainerStream {
  readonly #queue: OutputQueue
  readonly #input: ExecInput

  constructor(queue: OutputQueue, input: ExecInput) {
    this.#queue = queue
    this.#input = input
  }

  get output(): AsyncIterable<OutputChunk> {
    return this.#queue.read()
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#input.write(bytes)
  }

  async endInput(): Promise<void> {
    this.#input.endInput()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#queue.drop()
    this.#input.leave()
  }
}
