import { createServer, connect, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { temporaryFolder } from '../../support/temporary-folder.ts'

type Held = { text: string; arrived: PromiseWithResolvers<void>; deliver: (() => void)[] }

/** A request that was held back on its way to the engine. */
export type HeldRequest = {
  /** Resolves when a client has sent it. */
  readonly arrived: Promise<void>
  /** Lets the engine have it now, whoever sent it and has gone since. */
  deliver(): void
}

/** Stands between the clients and an engine's socket: it can stand still like a stopped engine, and keep requests back. */
export class EngineRelay implements AsyncDisposable {
  readonly dockerHost: string
  readonly #folder = temporaryFolder()
  readonly #target: string
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #held: Held | undefined
  #isFrozen = false

  private constructor(target: string) {
    this.#target = target
    this.dockerHost = `unix://${join(this.#folder.path, 'engine.sock')}`
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
  }

  /** @param dockerHost `unix://…` of the engine */
  static async start(dockerHost: string): Promise<EngineRelay> {
    const relay = new EngineRelay(dockerHost.replace('unix://', ''))
    const { promise, resolve } = Promise.withResolvers<void>()
    relay.#server.listen(relay.dockerHost.replace('unix://', ''), resolve)
    await promise
    return relay
  }

  /** As after SIGSTOP: connections are taken, and nothing goes either way. */
  freeze(): void {
    this.#isFrozen = true
    for (const socket of this.#sockets) socket.pause()
  }

  thaw(): void {
    this.#isFrozen = false
    for (const socket of this.#sockets) socket.resume()
  }

  /** Keeps back the next request that has this text in its head. */
  holdBack(text: string): HeldRequest {
    const held: Held = { text, arrived: Promise.withResolvers<void>(), deliver: [] }
    this.#held = held
    return {
      arrived: held.arrived.promise,
      deliver: () => {
        for (const deliver of held.deliver.splice(0)) deliver()
      },
    }
  }

  /** As when the engine dies: every connection ends at once. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cutAll()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    await promise
    this.#folder[Symbol.dispose]()
  }

  #accept(client: Socket): void {
    const engine = connect({ path: this.#target, allowHalfOpen: true })
    let isHolding = false
    for (const [socket, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      this.#sockets.add(socket)
      if (this.#isFrozen) socket.pause()
      socket.on('error', () => undefined)
      socket.on('end', () => {
        if (!isHolding) other.end()
      })
      socket.on('close', () => {
        this.#sockets.delete(socket)
        if (!isHolding) other.destroy()
      })
    }
    engine.on('data', (bytes) => client.write(bytes))
    client.on('data', (bytes) => {
      const held = this.#held
      if (held === undefined || !bytes.toString('latin1').includes(held.text)) {
        engine.write(bytes)
        return
      }
      this.#held = undefined
      isHolding = true
      held.deliver.push(() => {
        isHolding = false
        engine.write(bytes)
      })
      held.arrived.resolve()
    })
  }
}
