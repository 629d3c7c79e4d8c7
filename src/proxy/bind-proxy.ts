import { errorCode, UserError } from '../lib/errors.ts'
import { HeldClients } from './held-client.ts'
import type { InheritedSocket } from '../platform/inherited-sockets.ts'
import { adoptTcp, type Listener, listenTcp, type SocketOwner } from '../platform/raw-sockets.ts'
import { isUnsafePort } from './unsafe-ports.ts'

/** Why a port cannot be used: taken, not permitted, or refused by browsers. */
export class PortError extends Error {
  override readonly name = 'PortError'
  readonly port: number
  readonly reason: 'busy' | 'forbidden' | 'unsafe'

  constructor(port: number, reason: 'busy' | 'forbidden' | 'unsafe', cause?: unknown) {
    super(`port ${port} is ${reason}`, { cause })
    this.port = port
    this.reason = reason
  }
}

/** Listening sockets that are not served yet: clients that connect meanwhile wait. */
export type BoundProxy = {
  readonly port: number
  /** What it listens on; without `::1` on a machine that has no IPv6. */
  readonly addresses: readonly string[]
  /** Has `accept` take all clients, those that wait included. Once. */
  serve(accept: (remoteAddress: string) => SocketOwner): void
  /** Stops listening, and turns away those that wait. Connections that are served stay. */
  close(): void
}

/** Both, because some resolvers give only one of them for `*.localhost`. */
const ipv4 = '127.0.0.1'
const ipv6 = '::1'
/** A free port on one address may be taken on the other; so often another one is tried. */
const freePortTries = 20

/**
 * Opens the proxy's listeners on both loopback addresses; 0 = a port that is free on both. Opens
 * sockets and nothing else, so that it can be done with privileges that are given up before `serve`.
 * Throws {@link PortError}, or the system's error when it is another one.
 */
export async function bindProxy(port: number): Promise<BoundProxy> {
  if (isUnsafePort(port)) throw new PortError(port, 'unsafe')
  for (let tries = 1; ; tries++) {
    const room = new WaitingRoom()
    try {
      return listenOnBoth(port, room)
    } catch (error) {
      const isTaken = error instanceof PortError && error.reason === 'busy'
      if (port !== 0 || !isTaken || tries === freePortTries) throw error
    }
  }
}

/** The same with listeners that are open already. Throws `UserError` when they are not of one port. */
export function adoptListeners(sockets: readonly InheritedSocket[]): BoundProxy {
  const [port = 0, ...others] = new Set(sockets.map((socket) => socket.port))
  if (others.length > 0)
    throw new UserError(`the socket unit listens on ports ${[port, ...others].join(' and ')}`, {
      fix: 'write one port into the socket unit',
    })
  const room = new WaitingRoom()
  const listeners = new Map<string, Listener>()
  for (const socket of sockets)
    listeners.set(
      socket.address,
      adoptTcp(socket, (address) => room.accept(address)),
    )
  return boundProxy(port, listeners, room)
}

function listenOnBoth(wanted: number, room: WaitingRoom): BoundProxy {
  const accept = (remoteAddress: string): SocketOwner => room.accept(remoteAddress)
  const listeners = new Map<string, Listener>()
  const first = listen(ipv4, wanted, accept)
  listeners.set(ipv4, first)
  const { port } = first
  try {
    if (isUnsafePort(port)) throw new PortError(port, 'busy')
    listeners.set(ipv6, listen(ipv6, port, accept))
  } catch (error) {
    if (!isAddressMissing(error)) {
      first.stop()
      throw error
    }
  }
  return boundProxy(port, listeners, room)
}

function boundProxy(
  port: number,
  listeners: ReadonlyMap<string, Listener>,
  room: WaitingRoom,
): BoundProxy {
  return {
    port,
    addresses: [...listeners.keys()],
    serve: (owner) => room.serve(owner),
    close: () => {
      for (const listener of listeners.values()) listener.stop()
      room.close()
    },
  }
}

function listen(
  address: string,
  port: number,
  accept: (remoteAddress: string) => SocketOwner,
): Listener {
  try {
    return listenTcp(address, port, accept)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'EADDRINUSE') throw new PortError(port, 'busy', error)
    if (code === 'EACCES' || code === 'EPERM') throw new PortError(port, 'forbidden', error)
    throw error
  }
}

/** IPv6 is switched off on this machine. */
function isAddressMissing(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'
}

/** Who comes before anybody serves is served first. */
class WaitingRoom {
  private owner: ((remoteAddress: string) => SocketOwner) | undefined
  private readonly waiting = new HeldClients()

  accept(remoteAddress: string): SocketOwner {
    return this.owner?.(remoteAddress) ?? this.waiting.hold()
  }

  serve(owner: (remoteAddress: string) => SocketOwner): void {
    this.owner = owner
    for (const client of this.waiting) client.handTo(owner)
  }

  close(): void {
    for (const client of this.waiting) client.turnAway()
  }
}
