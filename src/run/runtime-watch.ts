import { messageOf } from '../lib/errors.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerEvent } from '../runtime/container-state.ts'
import { selectHome } from './run-labels.ts'

const RETRY_FIRST_MS = 100
const RETRY_MAX_MS = 5000

export type RuntimeWatchOptions = {
  connect: () => Promise<ContainerRuntime>
  homeId: string
  onEvent: (event: ContainerEvent) => void
  /** Called after every (re)connection: what happened before is only found by listing. */
  onListing: () => Promise<void>
  log: (line: string) => void
}

/** Follows one runtime's events for as long as it lives, through every broken connection. */
export class RuntimeWatch implements Disposable {
  readonly #options: RuntimeWatchOptions
  readonly #stop = new AbortController()
  #subscribed: PromiseWithResolvers<void> = Promise.withResolvers()
  #lastError: unknown

  constructor(options: RuntimeWatchOptions) {
    this.#options = options
    this.#subscribed.promise.catch(() => undefined)
    void this.#follow()
  }

  /** Resolves while subscribed; rejects when the runtime cannot be reached now. */
  async ready(): Promise<void> {
    await this.#subscribed.promise
  }

  [Symbol.dispose](): void {
    this.#stop.abort()
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop
    let retryMs = RETRY_FIRST_MS
    while (!signal.aborted) {
      try {
        await this.#subscription()
        retryMs = RETRY_FIRST_MS
      } catch (error) {
        if (signal.aborted) return
        this.#report(error)
        this.#subscribed.reject(error)
      }
      this.#subscribed = Promise.withResolvers()
      this.#subscribed.promise.catch(() => undefined)
      await pause(retryMs, signal)
      retryMs = Math.min(retryMs * 2, RETRY_MAX_MS)
    }
  }

  async #subscription(): Promise<void> {
    const { connect, homeId, onEvent, onListing } = this.#options
    const runtime = await connect()
    const { ready, events } = runtime.events(selectHome(homeId), this.#stop.signal)
    await ready
    this.#subscribed.resolve()
    this.#lastError = undefined
    onListing().catch((error: unknown) => this.#report(error))
    for await (const event of events) onEvent(event)
  }

  /** Once per kind of trouble, not once per attempt. */
  #report(error: unknown): void {
    const text = messageOf(error)
    if (text === this.#lastError) return
    this.#lastError = text
    this.#options.log(`lost sight of the runtime: ${text}`)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
