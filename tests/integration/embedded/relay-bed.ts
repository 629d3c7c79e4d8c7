import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { relayToHost, relayToPorts } from '../../../src/embedded/port-relay.ts'

/** Both relays and a service behind each; disposing ends everything. */
export class RelayBed implements Disposable {
  readonly #dir = mkdtempSync(join(tmpdir(), 'agent-relay-'))
  readonly #undo = new DisposableStack()
  #hasRelay = false

  constructor() {
    this.#undo.defer(() => rmSync(this.#dir, { recursive: true, force: true }))
  }

  /** A service on TCP: its port. */
  async service(onConnection: (socket: net.Socket) => void, host = '127.0.0.1'): Promise<number> {
    const server = await this.#listen({ port: 0, host }, onConnection)
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new Error('it has no port')
    return address.port
  }

  /** A connection to the relay for ports, which has said nothing yet. */
  asker(): net.Socket {
    const path = join(this.#dir, 'ports.sock')
    if (!this.#hasRelay) this.#undo.adopt(relayToPorts(path), (relay) => relay.stop())
    this.#hasRelay = true
    return this.#connect({ path })
  }

  /** A connection to the relay for a socket of the host, behind which this service is; none: no socket. */
  async outgoing(onConnection?: (socket: net.Socket) => void): Promise<net.Socket> {
    const path = join(this.#dir, 'host.sock')
    if (onConnection !== undefined) await this.#listen({ path }, onConnection)
    const relay = this.#undo.adopt(relayToHost(0, path), (listener) => listener.stop())
    return this.#connect({ port: relay.port, host: '127.0.0.1' })
  }

  [Symbol.dispose](): void {
    this.#undo.dispose()
  }

  async #listen(
    place: net.ListenOptions,
    onConnection: (socket: net.Socket) => void,
  ): Promise<net.Server> {
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      this.#undo.defer(() => socket.destroy())
      socket.on('error', () => undefined)
      onConnection(socket)
    })
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject)
    server.listen(place, resolve)
    await promise
    this.#undo.defer(() => server.close())
    return server
  }

  #connect(place: net.NetConnectOpts): net.Socket {
    const socket = net.connect({ ...place, allowHalfOpen: true })
    this.#undo.defer(() => socket.destroy())
    socket.on('error', () => undefined)
    return socket
  }
}

/** All that comes until the FIN. */
export async function untilEnd(socket: net.Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const limit = setTimeout(() => reject(new Error('no end in time')), 10_000)
  socket.on('data', (bytes: Buffer) => chunks.push(bytes))
  socket.once('end', resolve)
  socket.once('close', () => reject(new Error('closed without an end')))
  socket.resume()
  try {
    await promise
  } finally {
    clearTimeout(limit)
  }
  return Buffer.concat(chunks)
}

/** What comes until it is as long as this, as text. */
export async function next(socket: net.Socket, length: number): Promise<string> {
  let text = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const limit = setTimeout(() => reject(new Error(`only ${JSON.stringify(text)} came`)), 10_000)
  const onData = (bytes: Buffer): void => {
    text += bytes.toString()
    if (text.length >= length) resolve()
  }
  socket.on('data', onData)
  await promise
  clearTimeout(limit)
  socket.off('data', onData)
  return text
}

/** Resolves when the connection is gone. */
export async function untilClosed(socket: net.Socket): Promise<void> {
  if (socket.closed) return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const limit = setTimeout(() => reject(new Error('not closed in time')), 10_000)
  socket.once('close', () => resolve())
  socket.resume()
  await promise
  clearTimeout(limit)
}
