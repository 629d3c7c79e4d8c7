import { UserError } from '../lib/errors.ts'
import { onSignals, type ShutdownSignal } from '../platform/shutdown-signals.ts'

/** Turns the first signal into an abort, so that whatever is being made is undone in good order; a second one calls `giveUp`. */
export class Interruption implements Disposable {
  readonly #controller = new AbortController()
  readonly #subscription: Disposable

  constructor(names: readonly ShutdownSignal[], giveUp: () => void) {
    this.#subscription = onSignals(names, () => {
      if (this.#controller.signal.aborted) giveUp()
      else this.#controller.abort(new UserError('interrupted', { exitCode: 130 }))
    })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
  }
}
