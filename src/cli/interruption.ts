import { UserError } from '../lib/errors.ts'
import { onSignals, type ShutdownSignal } from '../platform/shutdown-signals.ts'

/** Turns the first signal into an abort, so that whatever is being made is undone in good order; a second one calls `giveUp`. */
export class Interruption implements Disposable {
  readonly #controller = new AbortController()
  readonly #subscription: Disposable
  #heir: (() => void) | undefined

  constructor(names: readonly ShutdownSignal[], giveUp: () => void) {
    this.#subscription = onSignals(names, () => {
      if (this.#heir !== undefined) this.#heir()
      else if (this.#controller.signal.aborted) giveUp()
      else this.#controller.abort(new UserError('interrupted', { exitCode: 130 }))
    })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /**
   * From now on every signal is `heir`'s, until the answer is disposed of; so is one that has come already, too late for
   * what was being made. At no moment is there nobody, and a signal the end of this process.
   */
  handOver(heir: () => void): Disposable {
    this.#heir = heir
    if (this.#controller.signal.aborted) heir()
    return this
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
  }
}
