import type { Socket } from 'node:net'
import type { Denial } from './denial.ts'
import type { EgressAccess, EgressContext } from './egress-context.ts'

/** The one entry of a request or tunnel, written when it is over. */
export class AccessLog {
  readonly #context: EgressContext
  readonly #startedMs: number
  readonly #method: string
  #target: { host: string; port: number; path?: string } = { host: '', port: 0 }
  #upstream: Socket | undefined
  #outcome: Pick<EgressAccess, 'outcome' | 'reason' | 'status'> = {
    outcome: 'failed',
    reason: 'the run closed the connection',
    status: 0,
  }
  #isWritten = false

  constructor(context: EgressContext, method: string) {
    this.#context = context
    this.#startedMs = context.clock.now()
    this.#method = method
  }

  /** `path` may carry a query; it is not kept. */
  target({ host, port, path }: { host: string; port: number; path?: string }): void {
    this.#target = {
      host,
      port,
      ...(path === undefined ? {} : { path: path.replace(/\?.*$/s, '') }),
    }
  }

  upstream(socket: Socket): void {
    this.#upstream = socket
  }

  allowed(status: number): void {
    this.#outcome = { outcome: 'allowed', status }
  }

  denied({ kind, status, what }: Denial): void {
    this.#outcome = { outcome: kind, reason: what, status }
  }

  /** Something broke after the answer had begun. */
  broke(reason: string): void {
    this.#outcome = { ...this.#outcome, outcome: 'failed', reason }
  }

  write(): void {
    if (this.#isWritten) return
    this.#isWritten = true
    const { clock, onAccess } = this.#context
    onAccess({
      timeMs: this.#startedMs,
      method: this.#method,
      ...this.#target,
      ...this.#outcome,
      bytesUp: this.#upstream?.bytesWritten ?? 0,
      bytesDown: this.#upstream?.bytesRead ?? 0,
      durationMs: clock.now() - this.#startedMs,
    })
  }
}
