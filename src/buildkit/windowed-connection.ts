import { Duplex } from 'node:stream'

import type { WindowGrowth } from './window-growth.ts'

/** A connection whose incoming bytes go through a `WindowGrowth`. */
export class WindowedConnection extends Duplex {
  readonly #inner: Duplex

  constructor(inner: Duplex, growth: WindowGrowth) {
    super({ allowHalfOpen: false })
    this.#inner = inner
    inner.on('data', (chunk: Buffer) => {
      for (const piece of growth.push(chunk)) if (!this.push(piece)) inner.pause()
    })
    inner.on('end', () => this.push(null))
    inner.on('error', (error) => this.destroy(error))
    inner.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#inner.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#inner.write(chunk, done)
  }

  override _final(done: () => void): void {
    this.#inner.end()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner.destroy()
    done(error)
  }
}
