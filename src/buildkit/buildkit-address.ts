import { connect, type NetConnectOpts } from 'node:net'
import type { Duplex } from 'node:stream'

import type { BuildkitAddress } from './connect-buildkit.ts'

/** A BuildKit by its address, `tcp://host:port` or `unix:///path`, as BUILDKIT_HOST has it. */
export function buildkitAddress(text: string): BuildkitAddress {
  const { protocol, hostname, port, pathname } = new URL(text)
  const target: NetConnectOpts =
    protocol === 'unix:'
      ? { path: decodeURIComponent(pathname) }
      : { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
  return {
    name: text,
    dial: (signal) => dial(target, signal),
    fix: 'start buildkitd there, or unset BUILDKIT_HOST to use the engine',
  }
}

function dial(target: NetConnectOpts, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect(target)
    const giveUp = (): void => void socket.destroy(new Error('given up', { cause: signal.reason }))
    signal.addEventListener('abort', giveUp, { once: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      signal.removeEventListener('abort', giveUp)
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
