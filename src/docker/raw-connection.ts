import { connect as connectTcp } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'

import type { Environment } from '../platform/host.ts'

import { connectionFailure } from './connection-failure.ts'
import { formatEndpoint, type Endpoint } from './endpoint.ts'
import { readTlsMaterial } from './open-transport.ts'
import { openSshConnection } from './ssh-connection.ts'

/** A connection to an engine on which nothing was sent yet; over TLS one that was agreed to be HTTP/2. */
export async function openRawConnection(
  endpoint: Endpoint,
  env: Environment,
  signal: AbortSignal,
): Promise<Duplex> {
  signal.throwIfAborted()
  if (endpoint.kind === 'ssh') return openSshConnection(endpoint, env)
  const { socket, event } = await start(endpoint)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  socket.once(event, resolve)
  socket.once('error', reject)
  try {
    await promise
    return socket
  } catch (error) {
    socket.destroy()
    signal.throwIfAborted()
    throw connectionFailure(formatEndpoint(endpoint), error)
  } finally {
    signal.removeEventListener('abort', onAbort)
    socket.off('error', reject)
  }
}

async function start(
  endpoint: Exclude<Endpoint, { kind: 'ssh' }>,
): Promise<{ socket: Duplex; event: 'connect' | 'secureConnect' }> {
  if (endpoint.kind === 'unix') return { socket: connectTcp(endpoint.path), event: 'connect' }
  const { host, port, tls } = endpoint
  if (tls === undefined) return { socket: connectTcp(port, host), event: 'connect' }
  const material = await readTlsMaterial(endpoint, tls)
  const socket = connectTls({
    ...material,
    host,
    port,
    servername: host,
    rejectUnauthorized: tls.verify,
    ALPNProtocols: ['h2'],
  })
  return { socket, event: 'secureConnect' }
}
