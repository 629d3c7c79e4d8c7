/** Something that has to happen by a time, unless it is put off. */
export interface Timed {
  /** On the scale of {@link Deadlines.nowMs}; Infinity = no limit now. */
  deadlineMs: number
  onDeadline(): void
}

/**
 * One timer for all limits of all connections: they are moved on every request, so they must cost a
 * number and not a timer each. The price is that a limit is early or late by up to one tick. The
 * timer rests while there is nothing to watch.
 */
export class Deadlines {
  /** Monotonic, in milliseconds, as old as the last tick. */
  nowMs = performance.now()
  private readonly watched = new Set<Timed>()
  private timer: ReturnType<typeof setInterval> | undefined
  private readonly tickMs: number
  private readonly onTick: () => void

  constructor(tickMs: number, onTick: () => void) {
    this.tickMs = tickMs
    this.onTick = onTick
  }

  add(timed: Timed): void {
    this.watched.add(timed)
    if (this.timer !== undefined) return
    this.nowMs = performance.now()
    this.timer = setInterval(() => this.tick(), this.tickMs)
  }

  remove(timed: Timed): void {
    this.watched.delete(timed)
  }

  stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
    this.watched.clear()
  }

  private tick(): void {
    this.nowMs = performance.now()
    this.onTick()
    for (const timed of this.watched) {
      if (timed.deadlineMs <= this.nowMs) timed.onDeadline()
    }
    if (this.watched.size > 0) return
    clearInterval(this.timer)
    this.timer = undefined
  }
}
