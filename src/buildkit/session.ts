import { randomUUID } from 'node:crypto'

import type { GrpcConnection } from './grpc-connection.ts'
import { serveGrpc, type GrpcHandlers } from './serve-grpc.ts'
import { healthService } from './session-services.ts'
import { SessionTunnel } from './session-tunnel.ts'

const sessionMethod = '/moby.buildkit.v1.Control/Session'
const healthMethod = '/grpc.health.v1.Health/Check'

/** BuildKit checks every 1 to 5 s; as long as this without a check means that it is gone or stands still. */
const silenceLimitMs = 120_000

/** What BuildKit may ask of us during one build. Dispose to end it. */
export class Session implements Disposable {
  readonly id = randomUUID().replaceAll('-', '')
  /** Rejects when the session ends before it is disposed of. */
  readonly lost: Promise<never>
  readonly #tunnel: SessionTunnel
  #silence: ReturnType<typeof setTimeout> | undefined
  #isDisposed = false

  /**
   * @param sharedKey the same for every build of a folder: BuildKit then finds what it was sent the
   * last time, and asks only for what changed
   */
  constructor(
    connection: GrpcConnection,
    { sharedKey, handlers }: { sharedKey: string; handlers: GrpcHandlers },
  ) {
    const stream = connection.open(sessionMethod, {
      'x-docker-expose-session-uuid': this.id,
      'x-docker-expose-session-name': 'agent',
      'x-docker-expose-session-sharedkey': sharedKey,
      'x-docker-expose-session-grpc-method': [...handlers.keys()],
    })
    this.#tunnel = new SessionTunnel(stream)
    const { promise, reject } = Promise.withResolvers<never>()
    this.lost = promise
    // Whoever waits for the build hears of it; before and after nobody need.
    promise.catch(() => undefined)
    this.#tunnel.on('error', (error) => reject(error))
    this.#tunnel.once('close', () => {
      clearTimeout(this.#silence)
      if (!this.#isDisposed) reject(new Error('the session ended'))
    })
    const health = healthService(() => this.#heard())
    serveGrpc(this.#tunnel, new Map([...handlers, [healthMethod, health]]))
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    clearTimeout(this.#silence)
    this.#tunnel.destroy()
  }

  #heard(): void {
    clearTimeout(this.#silence)
    if (this.#tunnel.destroyed) return
    this.#silence = setTimeout(() => {
      this.#tunnel.destroy(new Error(`nothing heard for ${silenceLimitMs / 1000} s`))
    }, silenceLimitMs)
  }
}
