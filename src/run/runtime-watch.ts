import { setTimeout as delay } from 'node:timers/promises'
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
  #retryMs = RETRY_FIRST_MS

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
    while (!signal.aborted) {
      try {
        await this.#subscription()
      } catch (error) {
        if (signal.aborted) return
        this.#report(error)
        this.#subscribed.reject(error)
      }
      this.#subscribed = Promise.withResolvers()
      this.#subscribed.promise.catch(() => undefined)
      await pause(this.#retryMs, signal)
      this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS)
    }
  }

  /** One connection, until it breaks or what happened before it cannot be listed. */
  async #subscription(): Promise<void> {
    const { connect, homeId, onEvent, onListing } = this.#options
    const runtime = await connect()
    const attempt = new AbortController()
    const signal = AbortSignal.any([this.#stop.signal, attempt.signal])
    const { ready, events } = runtime.events(selectHome(homeId), signal)
    await ready
    this.#subscribed.resolve()
    onListing().then(
      () => {
        this.#lastError = undefined
        this.#retryMs = RETRY_FIRST_MS
      },
      (error: unknown) => attempt.abort(error),
    )
    for await (const event of events) onEvent(event)
    attempt.signal.throwIfAborted()
  }

  /** Once per kind of trouble, not once per attempt. */
  #report(error: unknown): void {
    const text = messageOf(error)
    if (text === this.#lastError) return
    this.#lastError = text
    this.#options.log(`lost sight of the runtime: ${text}`)
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}
