import { createServer, type Server } from 'node:net'

/** Free ports of 127.0.0.1, held until disposed of, so that nobody else is given the same in the meantime. */
export class FreePorts implements AsyncDisposable {
  readonly numbers: readonly number[]
  readonly #servers: readonly Server[]

  private constructor(servers: readonly Server[]) {
    this.#servers = servers
    this.numbers = servers.map(portOf)
  }

  static async hold(count: number): Promise<FreePorts> {
    return new FreePorts(await Promise.all(Array.from({ length: count }, listenAnywhere)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    )
  }
}

function listenAnywhere(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a server without a port')
  return address.port
}
