/** Where a service is reached: a port of 127.0.0.1, and the host name it goes by there. */
export type Place = { port: number; host: string }

const limitMs = 20_000

/**
 * One request on a new connection that the server ends: milliseconds from connecting to that end, and bytes received.
 * A socket of Bun's own, so that little of the time is ours.
 */
export async function exchange(place: Place, path: string): Promise<{ ms: number; bytes: number }> {
  const ended = Promise.withResolvers<void>()
  const request = `GET ${path} HTTP/1.1\r\nHost: ${place.host}\r\nConnection: close\r\n\r\n`
  let [bytes, status] = [0, '']
  const limit = setTimeout(() => ended.reject(new Error('no answer in time')), limitMs)
  const started = Bun.nanoseconds()
  try {
    await Bun.connect({
      hostname: '127.0.0.1',
      port: place.port,
      socket: {
        open: (socket) => void socket.write(request),
        data: (_socket, chunk) => {
          if (bytes === 0) status = chunk.toString('latin1', 0, 12)
          bytes += chunk.length
        },
        end: (socket) => void socket.end(),
        close: () => ended.resolve(),
      },
    })
    await ended.promise
  } finally {
    clearTimeout(limit)
  }
  const ms = (Bun.nanoseconds() - started) / 1e6
  if (status === 'HTTP/1.1 200') return { ms, bytes }
  throw new Error(`${place.host}${path}: ${status || 'closed without an answer'}`)
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
