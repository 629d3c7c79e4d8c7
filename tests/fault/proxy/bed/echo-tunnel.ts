import type { Target } from './load.ts'

/** A client's end of a tunnel to programs/serve.ts, which sends back what comes. */
export class EchoTunnel implements Disposable {
  #socket: Bun.Socket | undefined
  #received = ''
  #wake: (() => void) | undefined
  isClosed = false

  static async open({ port, host }: Target): Promise<EchoTunnel> {
    const tunnel = new EchoTunnel()
    tunnel.#socket = await Bun.connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        binaryType: 'buffer',
        data: (_, bytes: Buffer) => tunnel.#onText(bytes.toString('latin1')),
        close: () => tunnel.#onClosed(),
        error: () => tunnel.#onClosed(),
      },
    })
    tunnel.#socket.write(
      `GET /tunnel HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`,
    )
    const head = await tunnel.#until((text) => text.endsWith('\r\n\r\n'))
    if (!head.startsWith('HTTP/1.1 101 ')) throw new Error(`no tunnel, but ${head}`)
    return tunnel
  }

  /** Sends a text and waits until it is back. */
  async echo(text: string): Promise<void> {
    this.#socket?.write(text)
    await this.#until((received) => received === text)
  }

  [Symbol.dispose](): void {
    this.#socket?.end()
  }

  async #until(holds: (text: string) => boolean): Promise<string> {
    const limit = setTimeout(() => this.#onClosed(), 10_000)
    while (!holds(this.#received)) {
      if (this.isClosed) throw new Error(`the tunnel is gone, after ${this.#received}`)
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    clearTimeout(limit)
    const text = this.#received
    this.#received = ''
    return text
  }

  #onText(text: string): void {
    this.#received += text
    this.#wake?.()
  }

  #onClosed(): void {
    this.isClosed = true
    this.#wake?.()
  }
}

/** Opens so many tunnels, some at once. */
export async function openTunnels(target: Target, count: number): Promise<EchoTunnel[]> {
  const tunnels: EchoTunnel[] = []
  let left = count
  const work = async (): Promise<void> => {
    while (left-- > 0) tunnels.push(await EchoTunnel.open(target))
  }
  await Promise.all(Array.from({ length: 50 }, work))
  return tunnels
}
