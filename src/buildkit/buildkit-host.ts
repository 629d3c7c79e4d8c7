import { readFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'

import { UserError } from '../lib/errors.ts'

import type { BuildkitAddress } from './connect-buildkit.ts'

/** What `BUILDKIT_HOST` may say. */
type Host = { kind: 'tcp'; host: string; port: number } | { kind: 'unix'; path: string }

/**
 * The BuildKit that `BUILDKIT_HOST` names: `tcp://host:port` or `unix:///path`.
 * @param tlsDir a folder with `ca.pem`, and `cert.pem` and `key.pem` for a client's certificate; for tcp
 * only. Throws `UserError` for other addresses.
 */
export function buildkitHost(address: string, tlsDir?: string): BuildkitAddress {
  const host = parseHost(address)
  return {
    name: address,
    fix: 'start that BuildKit, or unset BUILDKIT_HOST',
    dial: async (signal) => {
      if (host.kind === 'unix') return opened(connectTcp(host.path), 'connect', signal)
      if (tlsDir === undefined) return opened(connectTcp(host.port, host.host), 'connect', signal)
      const material = await readMaterial(tlsDir)
      const { host: servername } = host
      const socket = connectTls({ ...host, ...material, servername, ALPNProtocols: ['h2'] })
      return opened(socket, 'secureConnect', signal)
    },
  }
}

function parseHost(address: string): Host {
  const unix = /^unix:\/\/(\/.+)$/.exec(address)?.[1]
  if (unix !== undefined) return { kind: 'unix', path: unix }
  const [, ipv6, name, port] = /^tcp:\/\/(?:\[([^\]]+)\]|([^:/]+)):(\d+)\/?$/.exec(address) ?? []
  const host = ipv6 ?? name
  if (host === undefined || !(Number(port) >= 1 && Number(port) <= 65_535)) {
    throw new UserError(`BUILDKIT_HOST is ${JSON.stringify(address)}`, {
      fix: 'set it to tcp://HOST:PORT or unix:///PATH, or unset it',
      exitCode: 2,
    })
  }
  return { kind: 'tcp', host, port: Number(port) }
}

/** Resolves once the connection is there; a failed or unwanted one is destroyed. */
async function opened(
  socket: Duplex,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<Duplex> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = (): void => reject(signal.reason)
  socket.once(event, resolve)
  socket.once('error', reject)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    signal.throwIfAborted()
    await promise
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
    socket.off('error', reject)
  }
}

async function readMaterial(folder: string): Promise<ConnectionOptions> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) =>
      readFile(join(folder, name)).catch(() => undefined),
    ),
  )
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}
