import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { errorCode } from '../../lib/errors.ts'
import { type Finding, notice, ok } from './finding.ts'

/**
 * Whether programs inside runs reach their own names, for which the proxy has to answer at the gateway of their network.
 *
 * @param gateway undefined before there is such a network
 * @param isOurs whether this machine can listen there
 */
export function gatewayFinding(
  gateway: string | undefined,
  isOurs: boolean,
  platform: NodeJS.Platform,
): Finding {
  const check = 'names inside runs'
  if (gateway === undefined) return ok(check, 'not known before the first run on this engine')
  if (isOurs) return ok(check, `the proxy can answer them at ${gateway}`)
  const what = `programs inside runs do not reach their own URLs: the engine is rootless or in a virtual machine, so that ${gateway} is no address of this one`
  // Elsewhere every engine is in a virtual machine.
  return notice(check, what, platform === 'linux' ? ['docker context use default'] : [])
}

/** Takes a port there for a moment: the list of interfaces lacks a bridge that no container is on. */
export async function canListenAt(address: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  // Of UDP: Deno does not say why a server of TCP cannot listen.
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  socket.once('error', (error) =>
    errorCode(error) === 'EADDRNOTAVAIL' ? resolve(false) : reject(error),
  )
  socket.bind({ address, port: 0 }, () => socket.close(() => resolve(true)))
  return promise
}
