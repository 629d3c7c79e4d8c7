import { Connection } from './connection.ts'
import type { Contender } from './contender.ts'
import { requestBytes, ResponseEnd } from './exchange.ts'

const connectionCount = 32
const tickMs = 1

/**
 * Asks at a fixed rate for a while, whether answers come or not, and gives the latencies in milliseconds. Each counts
 * from the moment the request was to be sent, also when it then had to wait for a free connection; only what the timer
 * of this process is late by does not count.
 */
export async function loadAtRate(
  contender: Contender,
  options: { perSecond: number; seconds: number },
): Promise<number[]> {
  const { perSecond, seconds } = options
  const request = requestBytes(contender.host('web'), 'GET /')
  const total = perSecond * seconds
  const latencies: number[] = []
  const due: number[] = []
  const free: Connection[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const sendNext = (connection: Connection): void => {
    const dueMs = due.shift()
    if (dueMs === undefined) {
      free.push(connection)
      return
    }
    const response = new ResponseEnd()
    connection.receiver = {
      onBytes: (bytes) => {
        if (!response.isAfter(bytes)) return
        latencies.push(performance.now() - dueMs)
        if (latencies.length === total) resolve()
        sendNext(connection)
      },
      onClosed: () => reject(new Error(`${contender.name} closed a connection`)),
    }
    connection.send(request)
  }
  using connections = new DisposableStack()
  for (let opened = 0; opened < connectionCount; opened += 1)
    free.push(connections.use(await Connection.open(contender.server.port)))
  const startMs = performance.now()
  let asked = 0
  const timer = setInterval(() => {
    const nowMs = performance.now()
    const wanted = Math.min(total, Math.ceil(((nowMs - startMs) * perSecond) / 1000))
    for (; asked < wanted; asked += 1) {
      due.push(nowMs)
      const connection = free.shift()
      if (connection !== undefined) sendNext(connection)
    }
  }, tickMs)
  const limit = setTimeout(() => reject(new Error('too slow')), seconds * 1000 + 10_000)
  try {
    await promise
  } finally {
    clearInterval(timer)
    clearTimeout(limit)
  }
  return latencies
}

/** The value that a share of all do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
