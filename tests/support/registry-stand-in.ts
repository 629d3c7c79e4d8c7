import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** A registry of nothing, which asks for a login; what real engines make of its refusals is the point. */
export class RegistryStandIn implements AsyncDisposable {
  readonly #server: Server
  /** How many requests came with the right login. */
  loggedIn = 0

  private constructor(login: string) {
    const expected = `Basic ${Buffer.from(login).toString('base64')}`
    this.#server = createServer((request, response) => this.#answer(request, response, expected))
  }

  /** @param login `user:password` */
  static async start(login: string): Promise<RegistryStandIn> {
    const registry = new RegistryStandIn(login)
    const { promise, resolve } = Promise.withResolvers<void>()
    registry.#server.listen(0, '127.0.0.1', resolve)
    await promise
    return registry
  }

  /** `127.0.0.1:port`, an address that engines talk plain HTTP with. */
  get host(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('not listening')
    return `127.0.0.1:${address.port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    this.#server.closeAllConnections()
    await promise
  }

  #answer(request: IncomingMessage, response: ServerResponse, expected: string): void {
    // A pull of this name is never answered.
    if (request.url?.includes('/hangs/')) return
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="stand-in"' })
      response.end(registryError('UNAUTHORIZED', 'authentication required'))
      return
    }
    this.loggedIn += 1
    if (request.url === '/v2/') response.writeHead(200).end('{}')
    else response.writeHead(404).end(registryError('MANIFEST_UNKNOWN', 'manifest unknown'))
  }
}

function registryError(code: string, message: string): string {
  return JSON.stringify({ errors: [{ code, message, detail: {} }] })
}
