import { connect } from 'node:net'

/** Where a service is reached: a port of 127.0.0.1, and the host name it goes by there. */
export type Place = { port: number; host: string }

const limitMs = 20_000

/** One request on a new connection that the server ends: milliseconds from connecting to that end, and bytes received. */
export function exchange(place: Place, path: string): Promise<{ ms: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const started = Bun.nanoseconds()
    let bytes = 0
    let status = ''
    const socket = connect({ port: place.port, host: '127.0.0.1' })
    socket.setTimeout(limitMs, () => socket.destroy(new Error(`${place.host}${path}: no answer`)))
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${place.host}\r\nConnection: close\r\n\r\n`)
    socket.on('data', (chunk: Buffer) => {
      if (bytes === 0) status = chunk.toString('latin1', 0, 12)
      bytes += chunk.length
    })
    socket.once('error', reject)
    socket.once('close', () => {
      const ms = (Bun.nanoseconds() - started) / 1e6
      if (status === 'HTTP/1.1 200') resolve({ ms, bytes })
      else reject(new Error(`${place.host}${path}: ${status || 'closed without an answer'}`))
    })
  })
}

/** Waits until the service answers. */
export async function untilItAnswers(place: Place): Promise<void> {
  const endMs = performance.now() + limitMs
  for (;;) {
    try {
      await exchange(place, '/')
      return
    } catch (error) {
      if (performance.now() > endMs) throw error
      await Bun.sleep(50)
    }
  }
}
