import net from 'node:net'

/** How long a test waits for bytes that ought to come. */
const patienceMs = 4_000

/** One end of a raw connection, for tests that look at every byte. Text is latin1. */
export class Peer implements Disposable {
  readonly socket: net.Socket
  /** What came and was not taken yet. */
  buffered = ''
  /** How the other side ended its direction. */
  ending: 'open' | 'end' | 'reset' = 'open'
  receivedBytes = 0
  private readonly wakeUps = new Set<() => void>()

  constructor(socket: net.Socket) {
    this.socket = socket
    socket.on('data', (bytes: Buffer) => {
      this.buffered += bytes.toString('latin1')
      this.receivedBytes += bytes.length
      this.wake()
    })
    socket.on('end', () => this.settle('end'))
    socket.on('error', () => this.settle('reset'))
    socket.on('close', () => this.settle('end'))
  }

  static async connect(target: net.NetConnectOpts): Promise<Peer> {
    const socket = net.connect({ ...target, allowHalfOpen: true })
    const peer = new Peer(socket)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    socket.once('connect', resolve)
    socket.once('error', reject)
    await promise
    return peer
  }

  send(text: string | Buffer): this {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
    return this
  }

  /** Sends FIN. */
  finish(): void {
    this.socket.end()
  }

  reset(): void {
    this.socket.resetAndDestroy()
  }

  /** What came up to and with `marker`; it is taken. */
  async until(marker: string): Promise<string> {
    await this.waitFor(() => this.buffered.includes(marker), `"${marker}"`)
    return this.take(this.buffered.indexOf(marker) + marker.length)
  }

  /** The next `length` bytes; they are taken. */
  async next(length: number): Promise<string> {
    await this.waitFor(() => this.buffered.length >= length, `${length} bytes`)
    return this.take(length)
  }

  /** A head, up to its empty line. */
  head(): Promise<string> {
    return this.until('\r\n\r\n')
  }

  /** What comes until the other side ends, and how it ends. */
  async toEnd(): Promise<{ text: string; ending: 'end' | 'reset' }> {
    await this.waitFor(() => this.ending !== 'open', 'the end')
    return {
      text: this.take(this.buffered.length),
      ending: this.ending === 'reset' ? 'reset' : 'end',
    }
  }

  async waitFor(holds: () => boolean, what: string): Promise<void> {
    const deadline = AbortSignal.timeout(patienceMs)
    while (!holds()) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const giveUp = (): void =>
        reject(new Error(`no ${what} (${this.ending}), but: ${JSON.stringify(this.buffered)}`))
      if (deadline.aborted) giveUp()
      deadline.addEventListener('abort', giveUp)
      this.wakeUps.add(resolve)
      await promise.finally(() => {
        this.wakeUps.delete(resolve)
        deadline.removeEventListener('abort', giveUp)
      })
    }
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }

  private take(length: number): string {
    const taken = this.buffered.slice(0, length)
    this.buffered = this.buffered.slice(length)
    return taken
  }

  private settle(ending: 'end' | 'reset'): void {
    if (this.ending === 'open') this.ending = ending
    this.wake()
  }

  private wake(): void {
    for (const wakeUp of this.wakeUps) wakeUp()
  }
}
