const REOPEN_LIMIT_MS = 10_000
const REOPEN_PAUSE_MS = 5

/** A WebSocket through the proxy that opens again when it is cut, as a page's script does. */
export class LastingSocket {
  readonly #url: URL
  #socket: WebSocket
  #isOver = false
  #lost: Promise<void> = Promise.resolve()
  cuts = 0
  /** From the end of a connection to the next open one, in milliseconds; the longest. */
  longestGapMs = 0

  private constructor(url: URL, socket: WebSocket) {
    this.#url = url
    this.#socket = socket
    this.#watch()
  }

  static async open(url: string): Promise<LastingSocket> {
    const parsed = new URL(url)
    return new LastingSocket(parsed, await opened(parsed))
  }

  /** Sends a text and waits until it is back, over a connection that is open by then. */
  async echo(text: string): Promise<void> {
    await this.#lost
    const back = Promise.withResolvers<string>()
    const limit = setTimeout(() => back.reject(new Error(`no echo of ${text}`)), REOPEN_LIMIT_MS)
    this.#socket.addEventListener('message', ({ data }) => back.resolve(String(data)), {
      once: true,
    })
    this.#socket.send(text)
    const received = await back.promise
    clearTimeout(limit)
    if (received !== text) throw new Error(`${received} came back for ${text}`)
  }

  end(): void {
    this.#isOver = true
    this.#socket.close()
  }

  #watch(): void {
    const onCut = (): void => {
      if (this.#isOver) return
      this.cuts++
      this.#lost = this.#reopen(performance.now())
    }
    this.#socket.addEventListener('close', onCut, { once: true })
  }

  async #reopen(cutAtMs: number): Promise<void> {
    for (;;) {
      try {
        this.#socket = await opened(this.#url)
        break
      } catch (error) {
        if (performance.now() - cutAtMs > REOPEN_LIMIT_MS) throw error
        await Bun.sleep(REOPEN_PAUSE_MS)
      }
    }
    this.longestGapMs = Math.max(this.longestGapMs, performance.now() - cutAtMs)
    this.#watch()
  }
}

/** glibc does not resolve `*.localhost`, so the Host header carries the name. */
async function opened({ host, port }: URL): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { host } })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.addEventListener('open', () => resolve(), { once: true })
  // Nobody hears the later end of one that opened.
  socket.addEventListener('close', ({ code }) => reject(new Error(`refused with ${code}`)), {
    once: true,
  })
  await promise
  return socket
}
