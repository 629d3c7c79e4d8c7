import { printable } from '../lib/printable.ts'
import type { RunProgress } from '../run/run-progress.ts'
import type { BuildProgress } from '../runtime/image-builder.ts'
import type { AppContext } from './app-context.ts'
import { BuildLines } from './build-lines.ts'
import type { Style } from './style.ts'

/** Plain lines come no closer together than this; a terminal's one line is rewritten more often. */
const PLAIN_INTERVAL_MS = 5000
const LIVE_INTERVAL_MS = 100

/**
 * Progress on stderr: one line that is rewritten on a terminal, a few plain lines elsewhere, JSON Lines
 * with `--json`.
 */
export class ProgressLines implements RunProgress, Disposable {
  readonly #app: AppContext
  readonly #json: boolean
  readonly #style: Style
  readonly #timings: { step: string; ms: number }[] = []
  #lastMs = 0
  #live = false

  constructor(app: AppContext, options: { json: boolean; style: Style }) {
    this.#app = app
    this.#json = options.json
    this.#style = options.style
  }

  notice(line: string): void {
    this.#write('notice', line)
  }

  status(line: string): void {
    const { clock, terminal } = this.#app
    const isLive = terminal.stderrIsTty && !this.#json
    const interval = isLive ? LIVE_INTERVAL_MS : PLAIN_INTERVAL_MS
    if (clock.now() - this.#lastMs < interval) return
    this.#lastMs = clock.now()
    if (!isLive) return this.#write('status', line)
    const columns = terminal.size()?.columns ?? 80
    const text = printable(line).slice(0, columns - 1)
    this.#app.output.passNote(`\r\u001B[K${this.#style.dim(text)}`)
    this.#live = true
  }

  building(what: string): (progress: BuildProgress) => void {
    const lines = new BuildLines(what, {
      line: (text) => this.notice(text),
      status: (text) => this.status(text),
      event: this.#json ? (event, data) => this.event(event, data) : undefined,
    })
    return (progress) => lines.take(progress)
  }

  /** Whatever comes next, an error too, begins on a line of its own. */
  [Symbol.dispose](): void {
    this.clear()
  }

  /** Takes the rewritten line away. */
  clear(): void {
    if (this.#live) this.#app.output.passNote('\r\u001B[K')
    this.#live = false
  }

  async timed<T>(step: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    try {
      return await work()
    } finally {
      this.#timings.push({ step, ms: performance.now() - start })
    }
  }

  /** How long each step took, in the order they ended. */
  printTimings(): void {
    if (this.#json) return this.event('timings', { steps: this.#timings })
    this.clear()
    for (const { step, ms } of this.#timings)
      this.#app.output.note(`  ${step.padEnd(10)} ${ms.toFixed(1).padStart(8)} ms`)
  }

  /** With `--json`, one line of an attached run's events. */
  event(event: string, data: Record<string, unknown>): void {
    if (this.#json) this.#app.output.note(JSON.stringify({ event, ...data }))
  }

  #write(event: string, line: string): void {
    this.clear()
    if (this.#json) this.event(event, { text: line })
    else this.#app.output.note(printable(line))
  }
}
