import { UserError } from '../lib/errors.ts'

/** A signal that fires with the caller's, or when nothing was heard for too long. Dispose to stop watching. */
export class SilenceLimit implements Disposable {
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #limitMs: number
  readonly #what: string
  #timer: ReturnType<typeof setTimeout>

  /** @param what for people, when the limit is reached */
  constructor(what: string, options: { limitMs: number; signal?: AbortSignal | undefined }) {
    this.#what = what
    this.#limitMs = options.limitMs
    const { signal } = this.#controller
    this.signal = options.signal ? AbortSignal.any([options.signal, signal]) : signal
    this.#timer = this.#start()
  }

  heard(): void {
    clearTimeout(this.#timer)
    this.#timer = this.#start()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }

  #start(): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#controller.abort(new UserError(this.#what, { fix: 'restart the engine' }))
    }, this.#limitMs)
  }
}
