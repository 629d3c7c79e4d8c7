import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Fault = {
  /** Cut the connection after this many bytes of the answer. */
  cutAfterBytes?: number
  /** Hand on the answer in pieces of this size. */
  pieceBytes?: number
  /** Take the request and do nothing, as an engine that stands still. */
  isSilent?: boolean
}

/** Stands between a client and an engine's socket, and damages the answers of the requests it is told to. */
export class FaultProxy implements AsyncDisposable {
  readonly endpoint: string
  readonly #folder: string
  readonly #target: string
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** The first whose pattern is in the request's head applies. */
  readonly faults: { pattern: RegExp; fault: Fault }[] = []

  private constructor(folder: string, target: string) {
    this.#folder = folder
    this.#target = target
    this.endpoint = `unix://${join(folder, 'proxy.sock')}`
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
  }

  /** @param dockerHost `unix://…` */
  static async start(dockerHost: string): Promise<FaultProxy> {
    const folder = await mkdtemp(join(tmpdir(), 'fault-'))
    const proxy = new FaultProxy(folder, dockerHost.replace('unix://', ''))
    const { promise, resolve } = Promise.withResolvers<void>()
    proxy.#server.listen(join(folder, 'proxy.sock'), resolve)
    await promise
    return proxy
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
    await rm(this.#folder, { recursive: true, force: true })
  }

  #accept(client: Socket): void {
    const engine = connect({ path: this.#target, allowHalfOpen: true })
    for (const socket of [client, engine]) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        engine.destroy()
      })
    }
    client.once('data', (head) => {
      const text = Buffer.from(head).toString('latin1')
      const fault = this.faults.find(({ pattern }) => pattern.test(text))?.fault
      if (fault?.isSilent) return
      engine.write(head)
      client.pipe(engine)
      if (fault === undefined) engine.pipe(client)
      else void damage(engine, client, fault)
    })
  }
}

async function damage(engine: Socket, client: Socket, fault: Fault): Promise<void> {
  let left = fault.cutAfterBytes ?? Number.POSITIVE_INFINITY
  try {
    for await (const chunk of engine) {
      if (!(chunk instanceof Uint8Array)) continue
      const bytes = chunk.subarray(0, left)
      left -= bytes.length
      const size = fault.pieceBytes ?? Math.max(bytes.length, 1)
      for (let offset = 0; offset < bytes.length; offset += size) {
        await written(client, bytes.subarray(offset, offset + size))
      }
      if (left === 0) {
        client.destroy()
        return
      }
    }
    client.end()
  } catch {
    client.destroy()
  }
}

function written(socket: Socket, bytes: Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  // One event loop turn each, so that pieces do not melt together.
  socket.write(bytes, () => setImmediate(resolve))
  return promise
}
