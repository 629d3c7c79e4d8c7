import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Connection = {
  socket: Socket
  /** The head of the request, once it is complete. */
  head: string
  /** Everything after the head, growing. */
  rest(): Buffer
}

/** A server that answers bytes, so that a test decides about every one of them. */
export class RawServer implements AsyncDisposable {
  readonly path: string
  readonly heads: string[] = []
  readonly #folder: string
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  connections = 0

  private constructor(folder: string) {
    this.#folder = folder
    this.path = join(folder, 'engine.sock')
  }

  /** @param answer called once per connection, when the head of a request is there */
  static async start(answer: (connection: Connection) => void): Promise<RawServer> {
    const server = new RawServer(await mkdtemp(join(tmpdir(), 'raw-')))
    await server.listen(answer)
    return server
  }

  get endpoint(): string {
    return `unix://${this.path}`
  }

  async listen(answer: (connection: Connection) => void): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket, answer))
    const { promise, resolve } = Promise.withResolvers<void>()
    server.listen(this.path, resolve)
    await promise
    this.#server = server
  }

  /** Ends all connections and stops listening; `listen` may follow, as after a restart. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#server === undefined) return
    this.#server.close(() => resolve())
    this.#server = undefined
    await promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  #accept(socket: Socket, answer: (connection: Connection) => void): void {
    this.connections += 1
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => undefined)
    const received: Buffer[] = []
    let headLength = 0
    socket.on('data', (bytes) => {
      received.push(Buffer.from(bytes))
      if (headLength > 0) return
      const text = Buffer.concat(received)
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return
      headLength = end + 4
      const head = text.subarray(0, end).toString('latin1')
      this.heads.push(head)
      answer({ socket, head, rest: () => Buffer.concat(received).subarray(headLength) })
    })
  }
}

/** A complete response. */
export function response(status: number, body: string, headers: readonly string[] = []): string {
  const lines = [
    `HTTP/1.1 ${status} Whatever`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...headers,
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** The answer of a Docker engine to `/_ping`. */
export function greeting(apiVersion = '1.45'): string {
  return response(200, 'OK', [`Api-Version: ${apiVersion}`, 'Server: Docker/26.1.5 (linux)'])
}

/** Answers `/_ping` as an engine does and everything else as told. */
export function afterGreeting(
  answer: (connection: Connection) => void,
): (connection: Connection) => void {
  return (connection) => {
    if (connection.head.startsWith('GET /_ping')) connection.socket.end(greeting())
    else answer(connection)
  }
}
