import { get } from '../../e2e/support/agent-home.ts'

const PAUSE_MS = 5

/** Asks a route over and over, each request again until it is answered, and keeps how long it was without an answer. */
export class RouteWatch {
  readonly #url: string
  readonly #expected: string
  readonly #work: Promise<void>
  #isOver = false
  answers = 0
  failures = 0
  /** From the first failure of a request to its answer, in milliseconds; the longest. */
  longestGapMs = 0

  constructor(url: string, expected: string) {
    this.#url = url
    this.#expected = expected
    this.#work = this.#ask()
  }

  /** Ends after the request under way has its answer. */
  async end(): Promise<void> {
    this.#isOver = true
    await this.#work
  }

  async #ask(): Promise<void> {
    let failedAtMs: number | undefined
    while (!this.#isOver || failedAtMs !== undefined) {
      const startedMs = performance.now()
      if (await this.#isAnswered()) {
        this.answers++
        if (failedAtMs !== undefined)
          this.longestGapMs = Math.max(this.longestGapMs, performance.now() - failedAtMs)
        failedAtMs = undefined
      } else {
        this.failures++
        failedAtMs ??= startedMs
        if (startedMs - failedAtMs > 10_000) throw new Error(`${this.#url} is gone`)
      }
      await Bun.sleep(PAUSE_MS)
    }
  }

  async #isAnswered(): Promise<boolean> {
    try {
      const { status, body } = await get(this.#url)
      return status === 200 && body === this.#expected
    } catch {
      return false
    }
  }
}
