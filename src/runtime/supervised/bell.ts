import { watch } from 'node:fs'

/** Rings when the state folder changes, and every `lookMs`: whoever is killed tells nothing. */
export class Bell implements Disposable {
  readonly #undo = new DisposableStack()
  #rung = Promise.withResolvers<void>()
  #isDue = false

  constructor(root: string, signal: AbortSignal, lookMs: number) {
    const ring = (): void => this.#rung.resolve()
    const watcher = watch(root, ring)
    this.#undo.defer(() => watcher.close())
    // Without the watcher it still rings by the clock.
    watcher.on('error', () => undefined)
    const timer = setInterval(() => {
      this.#isDue = true
      ring()
    }, lookMs)
    this.#undo.defer(() => clearInterval(timer))
    signal.addEventListener('abort', ring, { once: true })
    this.#undo.defer(() => signal.removeEventListener('abort', ring))
  }

  async ring(): Promise<void> {
    await this.#rung.promise
    this.#rung = Promise.withResolvers()
  }

  /** True once after each turn of the clock. */
  isLookingDue(): boolean {
    const isDue = this.#isDue
    this.#isDue = false
    return isDue
  }

  [Symbol.dispose](): void {
    this.#undo.dispose()
  }
}
