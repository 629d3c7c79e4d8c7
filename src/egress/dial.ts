import { connect, type Socket } from 'node:net'
import { withCode } from './limits.ts'

const KEEP_ALIVE_MS = 60_000

/**
 * Connects to the first of these addresses that takes the connection, in order, each with its share of the limit.
 * They are literal addresses: nothing is looked up here.
 * @throws the error of the last address (`code` ETIMEDOUT when it did not answer), or the signal's reason
 */
export async function dialFirst(
  addresses: readonly string[],
  options: { port: number; limitMs: number; signal: AbortSignal },
): Promise<Socket> {
  const { port, limitMs, signal } = options
  const shareMs = Math.max(1000, Math.floor(limitMs / Math.max(1, addresses.length)))
  let failure: unknown = withCode('there is no address to connect to', 'ENODATA')
  for (const host of addresses) {
    try {
      return await dial({ host, port, limitMs: shareMs, signal })
    } catch (error) {
      signal.throwIfAborted()
      failure = error
    }
  }
  throw failure
}

function dial(options: {
  host: string
  port: number
  limitMs: number
  signal: AbortSignal
}): Promise<Socket> {
  const { host, port, limitMs, signal } = options
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const socket = connect({ host, port, allowHalfOpen: true })
    const settle = (error?: unknown): void => {
      clearTimeout(limit)
      signal.removeEventListener('abort', onAbort)
      socket.off('connect', onConnect)
      if (error === undefined) return resolve(socket)
      socket.destroy()
      reject(error)
    }
    const onAbort = (): void => settle(signal.reason)
    const onConnect = (): void => {
      socket.setNoDelay(true)
      // A tunnel may be idle for days; only a peer that is gone without a word ends it.
      socket.setKeepAlive(true, KEEP_ALIVE_MS)
      settle()
    }
    const limit = setTimeout(
      () => settle(withCode(`${host} does not answer`, 'ETIMEDOUT')),
      limitMs,
    )
    signal.addEventListener('abort', onAbort, { once: true })
    // Stays for good: an error without a listener would end the process. What breaks also closes.
    socket.on('error', settle)
    socket.once('connect', onConnect)
  })
}
