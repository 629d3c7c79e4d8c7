export type Target = { port: number; host: string }

/** What one response of programs/serve.ts is, head and body. */
const responseStart = 'HTTP/1.1 200 OK\r\n'

/**
 * Sends requests over so many connections at once, each the next one when it has its answer; every answer must be a whole 200.
 * Returns how long it took in seconds.
 */
export async function sendRequests(
  target: Target,
  { total, connections }: { total: number; connections: number },
): Promise<number> {
  const started = performance.now()
  const request = Buffer.from(`GET /load HTTP/1.1\r\nHost: ${target.host}\r\n\r\n`)
  let left = total
  const next = (socket: Bun.Socket): void => {
    if (left-- > 0) socket.write(request)
    else socket.end()
  }
  const work = async (): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const reader = new ResponseCounter()
    await Bun.connect({
      hostname: '127.0.0.1',
      port: target.port,
      socket: {
        binaryType: 'buffer',
        open: next,
        data(socket, bytes: Buffer) {
          if (reader.read(bytes)) next(socket)
        },
        close: () => (left < 0 ? resolve() : reject(new Error('closed before its answer'))),
        error: (_, error) => reject(error),
      },
    })
    await promise
  }
  await Promise.all(Array.from({ length: connections }, work))
  return (performance.now() - started) / 1000
}

/** Knows when a response is whole. */
class ResponseCounter {
  #head = ''
  #left = 0

  /** True when this was the end of a response. */
  read(bytes: Buffer): boolean {
    if (this.#left > 0) return this.#take(bytes.length)
    this.#head += bytes.toString('latin1')
    const headEnd = this.#head.indexOf('\r\n\r\n') + 4
    if (headEnd < 4) return false
    const length = Number(/^content-length: (\d+)/im.exec(this.#head)?.[1])
    if (!this.#head.startsWith(responseStart)) throw new Error(`answered ${this.#head}`)
    const came = this.#head.length - headEnd
    this.#head = ''
    this.#left = length
    return this.#take(came)
  }

  #take(length: number): boolean {
    this.#left -= length
    if (this.#left < 0) throw new Error(`${-this.#left} bytes more than the response`)
    return this.#left === 0
  }
}

/**
 * Asks for streams and cuts each off with a reset once it has begun; so many at once. Most are quiet by then, every tenth
 * comes as fast as it is taken, so that bytes are under way everywhere.
 */
export async function abortStreams(
  target: Target,
  { total, atOnce }: { total: number; atOnce: number },
): Promise<void> {
  const requestFor = (path: string): Buffer =>
    Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${target.host}\r\n\r\n`)
  const [quiet, endless] = [requestFor('/events'), requestFor('/endless')]
  let left = total
  const work = async (): Promise<void> => {
    while (left-- > 0) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      await Bun.connect({
        hostname: '127.0.0.1',
        port: target.port,
        socket: {
          binaryType: 'buffer',
          open: (socket) => void socket.write(left % 10 === 0 ? endless : quiet),
          data(socket, bytes: Buffer) {
            if (!bytes.toString('latin1').startsWith(responseStart))
              reject(new Error('another answer'))
            socket.data = undefined
            socket.terminate()
          },
          close: () => resolve(),
          error: (_, error) => reject(error),
        },
      })
      await promise
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}
