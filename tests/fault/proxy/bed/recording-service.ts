import net from 'node:net'
import { readRequests } from './strict-requests.ts'

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** A service that keeps the bytes it gets, and answers each whole request. */
export class RecordingService implements Disposable {
  readonly port: number
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  #taken = ''

  private constructor(server: net.Server, port: number) {
    this.#server = server
    this.port = port
    server.on('connection', (socket) => this.#serve(socket))
  }

  static async listen(): Promise<RecordingService> {
    const server = net.createServer()
    const { promise, resolve } = Promise.withResolvers<void>()
    server.listen(0, '127.0.0.1', resolve)
    await promise
    const address = server.address()
    return new RecordingService(server, typeof address === 'object' ? (address?.port ?? 0) : 0)
  }

  /** What came since the last time. */
  take(): string {
    const taken = this.#taken
    this.#taken = ''
    return taken
  }

  [Symbol.dispose](): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #serve(socket: net.Socket): void {
    let waiting = ''
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1')
      this.#taken += text
      waiting += text
      const { messages, rest } = readRequests(waiting)
      for (const _ of messages) socket.write(answer)
      if (rest === 'nothing') waiting = ''
    })
  }
}
