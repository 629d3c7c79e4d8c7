import {
  connect,
  createServer,
  type Server,
  type Socket,
  type TcpNetConnectOpts,
  type IpcNetConnectOpts,
} from 'node:net'
import { finished } from 'node:stream/promises'

export type Direction = 'up' | 'down'

/** Stands on a TCP port before a server, counts what passes, and cuts everything at a byte it is told. */
export class CutProxy implements AsyncDisposable {
  readonly #target: TcpNetConnectOpts | IpcNetConnectOpts
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #passed: Record<Direction, number> = { up: 0, down: 0 }
  #cut: { direction: Direction; afterBytes: number } | undefined
  #cutMs: number | undefined

  private constructor(target: TcpNetConnectOpts | IpcNetConnectOpts) {
    this.#target = target
    this.#server = createServer((client) => this.#accept(client))
  }

  static async start(target: TcpNetConnectOpts | IpcNetConnectOpts): Promise<CutProxy> {
    const proxy = new CutProxy(target)
    const { promise, resolve } = Promise.withResolvers<void>()
    proxy.#server.listen(0, '127.0.0.1', resolve)
    await promise
    return proxy
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Bytes to the server (`up`) and from it since the last `reset`. */
  get passed(): Readonly<Record<Direction, number>> {
    return this.#passed
  }

  /** When it cut, on the clock of `performance.now()`; undefined: not since the last `reset`. */
  get cutMs(): number | undefined {
    return this.#cutMs
  }

  get openSockets(): number {
    return this.#sockets.size
  }

  /** Counts anew. With `cut`, that byte is the last that passes, and no connection opens any more. */
  reset(cut?: { direction: Direction; afterBytes: number }): void {
    this.#passed = { up: 0, down: 0 }
    this.#cut = cut
    this.#cutMs = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cutAll()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    await promise
  }

  #accept(client: Socket): void {
    if (this.#cutMs !== undefined) {
      client.destroy()
      return
    }
    const server = connect(this.#target)
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      void finished(socket)
        .catch(() => undefined)
        .then(() => {
          client.destroy()
          server.destroy()
        })
      socket.once('close', () => this.#sockets.delete(socket))
    }
    this.#lead(client, server, 'up')
    this.#lead(server, client, 'down')
  }

  #lead(from: Socket, to: Socket, direction: Direction): void {
    from.on('data', (chunk: Buffer) => {
      const room = this.#cut?.direction === direction ? this.#cut.afterBytes : Infinity
      const passing = chunk.subarray(0, Math.max(0, room - this.#passed[direction]))
      this.#passed[direction] += passing.length
      const isCut = this.#passed[direction] >= room
      if (isCut) {
        to.write(passing, () => this.#cutAll())
        from.pause()
      } else if (!to.write(passing)) {
        from.pause()
        to.once('drain', () => from.resume())
      }
    })
  }

  #cutAll(): void {
    this.#cutMs ??= performance.now()
    for (const socket of this.#sockets) socket.destroy()
  }
}
