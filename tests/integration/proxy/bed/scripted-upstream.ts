import net from 'node:net'
import { Peer } from './peer.ts'

/** A service that does on every connection exactly what a test says. */
export class ScriptedUpstream implements Disposable {
  readonly port: number
  accepted = 0
  private readonly server: net.Server
  private readonly waiting: Peer[] = []
  private readonly takers: ((peer: Peer) => void)[] = []
  private readonly peers = new Set<Peer>()

  private constructor(server: net.Server, port: number) {
    this.server = server
    this.port = port
  }

  /** Listens on a TCP address, or on a Unix socket. */
  static async listen(
    where: { host: string; port?: number } | { path: string } = { host: '127.0.0.1' },
  ): Promise<ScriptedUpstream> {
    const server = net.createServer({ allowHalfOpen: true })
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject)
    server.listen('path' in where ? where : { port: 0, ...where }, resolve)
    await promise
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const upstream = new ScriptedUpstream(server, port)
    server.on('connection', (socket) => upstream.admit(new Peer(socket)))
    return upstream
  }

  /** The next connection. */
  async accept(): Promise<Peer> {
    const waiting = this.waiting.shift()
    if (waiting !== undefined) return waiting
    const { promise, resolve } = Promise.withResolvers<Peer>()
    this.takers.push(resolve)
    const timer = AbortSignal.timeout(4_000)
    const { promise: tooLate, reject } = Promise.withResolvers<never>()
    timer.addEventListener('abort', () => reject(new Error('nobody connected to the upstream')))
    return Promise.race([promise, tooLate])
  }

  /** Answers every request head, on every connection, with `response`. */
  answerAll(response: string): void {
    const answer = async (peer: Peer): Promise<void> => {
      while (peer.ending === 'open') {
        await peer.waitFor(
          () => peer.buffered.includes('\r\n\r\n') || peer.ending !== 'open',
          'a request',
        )
        if (peer.ending !== 'open') break
        await peer.head()
        peer.send(response)
      }
      peer.socket.destroy()
    }
    const next = (peer: Peer): void => {
      this.takers.push(next)
      // A connection that is idle for long or torn down by the test is no failure.
      answer(peer).catch(() => undefined)
    }
    this.takers.push(next)
  }

  close(): void {
    this.server.close()
  }

  [Symbol.dispose](): void {
    this.server.close()
    for (const peer of this.peers) peer[Symbol.dispose]()
  }

  private admit(peer: Peer): void {
    this.accepted++
    this.peers.add(peer)
    const taker = this.takers.shift()
    if (taker === undefined) this.waiting.push(peer)
    else taker(peer)
  }
}
