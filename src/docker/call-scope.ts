import { UnavailableError } from '../runtime/unavailable-error.ts'

import { connectionFailure } from './connection-failure.ts'

/**
 * The life of one call: `signal` fires with the caller's reason, or with an `UnavailableError` when
 * the engine took too long. Dispose to stop watching both.
 */
export class CallScope implements Disposable {
  readonly #controller = new AbortController()
  readonly #endpoint: string
  readonly #caller: AbortSignal | undefined
  readonly #timer: ReturnType<typeof setTimeout>
  readonly #onCallerAbort = (): void => this.#controller.abort(this.#caller?.reason)

  constructor(options: { endpoint: string; deadlineMs: number; signal?: AbortSignal | undefined }) {
    const { endpoint, deadlineMs, signal } = options
    this.#endpoint = endpoint
    this.#caller = signal
    this.#timer = setTimeout(() => {
      this.#controller.abort(unanswered(endpoint, deadlineMs))
    }, deadlineMs)
    signal?.addEventListener('abort', this.#onCallerAbort, { once: true })
    if (signal?.aborted) this.#onCallerAbort()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The head of the response is here: from now on only the caller's signal counts. */
  disarm(): void {
    clearTimeout(this.#timer)
  }

  /** What to throw for a failure: an abort shows up as some error of the socket, its reason is the truth. */
  failure(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : connectionFailure(this.#endpoint, error)
  }

  [Symbol.dispose](): void {
    this.disarm()
    this.#caller?.removeEventListener('abort', this.#onCallerAbort)
  }
}

function unanswered(endpoint: string, deadlineMs: number): UnavailableError {
  return new UnavailableError(
    `the engine at ${endpoint} did not answer within ${Math.round(deadlineMs / 100) / 10} s`,
    { reason: 'unanswered', endpoint, fix: 'restart the engine, then run `docker version`' },
  )
}
