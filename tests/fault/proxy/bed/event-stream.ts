import { Peer } from '../../../integration/proxy/bed/peer.ts'
import type { Target } from './load.ts'

/** A client of the event stream of programs/serve.ts. */
export class EventStream implements Disposable {
  readonly #peer: Peer

  private constructor(peer: Peer) {
    this.#peer = peer
  }

  static async open({ port, host }: Target): Promise<EventStream> {
    const peer = await Peer.connect({ host: '127.0.0.1', port })
    peer.send(`GET /events HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    const head = await peer.head()
    if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(`no stream, but ${head}`)
    return new EventStream(peer)
  }

  /** The data of the next event. */
  async next(): Promise<string> {
    const chunk = await this.#peer.until('\n\n\r\n')
    return /data: (.*)\n\n/.exec(chunk)?.[1] ?? ''
  }

  [Symbol.dispose](): void {
    this.#peer[Symbol.dispose]()
  }
}
