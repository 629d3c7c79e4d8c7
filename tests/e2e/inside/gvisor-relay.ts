import { rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { netstackRuntime } from '../../engine/netstack-runsc.ts'

const asked = '"Runtime":"runsc"'
const made = `"Runtime":"${netstackRuntime}"`

/** A socket in front of an engine's, which makes containers that are to be in gVisor in the current one. */
export class GvisorRelay implements AsyncDisposable {
  readonly endpoint: string
  /** How many containers that were. */
  swapped = 0
  readonly #path = join(tmpdir(), `gvisor-${crypto.randomUUID().slice(0, 8)}.sock`)
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
  readonly #target: string

  private constructor(target: string) {
    this.#target = target
    this.endpoint = `unix://${this.#path}`
  }

  /** @param dockerHost `unix://…` */
  static async start(dockerHost: string): Promise<GvisorRelay> {
    const relay = new GvisorRelay(dockerHost.replace('unix://', ''))
    const { promise, resolve } = Promise.withResolvers<void>()
    relay.#server.listen(relay.#path, resolve)
    await promise
    return relay
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
    client.on('data', (bytes: Buffer) => engine.write(this.#swap(bytes)))
    client.on('end', () => engine.end())
    engine.pipe(client)
  }

  /** Of the same length: what frames the request stays true. */
  #swap(bytes: Buffer): Buffer {
    if (!bytes.includes(asked)) return bytes
    this.swapped += 1
    return Buffer.from(bytes.toString('latin1').replace(asked, made), 'latin1')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    await promise
    await rm(this.#path, { force: true })
  }
}
