import type { Clock } from '../../src/platform/clock.ts'

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  #nowMs: number

  constructor(nowMs = Date.UTC(2030, 0, 1)) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  advance(ms: number): void {
    this.#nowMs += ms
  }
}
