import { createSocket, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'

/** What listens on this machine: a service, and a name server that hears what it is asked. */
export class Listeners implements AsyncDisposable {
  readonly #secret = Bun.serve({
    port: 0,
    hostname: '0.0.0.0',
    fetch: () => new Response('secret'),
  })
  readonly #socket: Socket
  /** How many datagrams came. */
  heard = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    // To a name server's client it is an answer without a name: that it came at all is what counts.
    socket.on('message', (bytes, { address, port }) => {
      this.heard += 1
      socket.send(bytes, port, address)
    })
  }

  static async open(): Promise<Listeners> {
    const socket = createSocket('udp4')
    const { promise, resolve } = Promise.withResolvers<void>()
    socket.bind(0, '0.0.0.0', resolve)
    await promise
    return new Listeners(socket)
  }

  get tcpPort(): number {
    return this.#secret.port ?? 0
  }

  get udpPort(): number {
    return this.#socket.address().port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#secret.stop(true)
    this.#socket.close()
  }
}

/** Every IPv4 address this machine has but its loopback's. */
export function addressesOfMachine(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
}
