import { PassThrough } from 'node:stream'
import type { Terminal } from '../../src/platform/terminal.ts'

/** A terminal in memory, or pipes in its place: the test types and resizes, and sees whether it is raw. */
export class FakeTerminal implements Terminal {
  readonly stdin = new PassThrough()
  stdinIsTty: boolean
  stdoutIsTty: boolean
  stderrIsTty: boolean
  columns = 80
  rows = 24
  /** How often raw mode was asked for and not given back. */
  rawDepth = 0
  readonly #listeners = new Set<() => void>()

  constructor(isTty: boolean) {
    this.stdinIsTty = isTty
    this.stdoutIsTty = isTty
    this.stderrIsTty = isTty
  }

  type(keys: string): void {
    this.stdin.write(keys)
  }

  resize(columns: number, rows: number): void {
    this.columns = columns
    this.rows = rows
    for (const listener of this.#listeners) listener()
  }

  size(): { columns: number; rows: number } | undefined {
    return this.stdoutIsTty ? { columns: this.columns, rows: this.rows } : undefined
  }

  rawMode(): Disposable {
    this.rawDepth += 1
    return { [Symbol.dispose]: () => void (this.rawDepth -= 1) }
  }

  onResize(listener: () => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  get resizeListeners(): number {
    return this.#listeners.size
  }
}
