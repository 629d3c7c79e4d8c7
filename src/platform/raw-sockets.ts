import type { InheritedSocket } from './inherited-sockets.ts'

/**
 * The one place that meets Bun's sockets. Everything else works on these interfaces.
 * Bun's semantics that are relied on (1.4.5): `data` gets a buffer of its own that may be kept;
 * `shutdown()` after or before the peer's FIN closes the socket by itself; a reset is reported even
 * while reading is paused.
 */

/** An open connection. */
export interface RawSocket {
  /** Who gets its events; may be exchanged at any time. */
  data: SocketOwner | undefined
  /** Undefined when the peer has gone already. */
  readonly remoteAddress: string | undefined
  /** How many bytes the kernel took, or -1 when the connection is gone. Nothing is queued. */
  write(bytes: Uint8Array, offset: number, length: number): number
  pause(): void
  resume(): void
  /** Sends FIN and goes on reading. */
  shutdown(): void
  /** Closes both directions in order. */
  end(): void
  /** Closes with RST: what is under way is lost. */
  terminate(): void
}

/** The owner of a connection gets its events. */
export interface SocketOwner {
  onOpen(socket: RawSocket): void
  onConnectError(error: unknown): void
  onData(bytes: Buffer): void
  /** There is room again after a short write. */
  onDrain(): void
  /** The peer sent FIN; sending is still possible. */
  onEnd(): void
  /** The connection is gone, for whatever reason; `isReset` when it did not end in order. */
  onClose(isReset: boolean): void
  /** Handling one of the other events threw: a defect of ours, which costs this connection. */
  onDefect(error: unknown): void
}

/** An open listening socket. */
export interface Listener {
  readonly port: number
  /** Stops accepting; connections that are open stay. */
  stop(): void
}

const events = {
  binaryType: 'buffer',
  open(socket: RawSocket) {
    socket.data?.onOpen(socket)
  },
  data(socket: RawSocket, bytes: Buffer) {
    socket.data?.onData(bytes)
  },
  drain(socket: RawSocket) {
    socket.data?.onDrain()
  },
  end(socket: RawSocket) {
    socket.data?.onEnd()
  },
  close(socket: RawSocket, error?: Error) {
    socket.data?.onClose(error !== undefined)
  },
  error(socket: RawSocket, error: Error) {
    socket.data?.onDefect(error)
    socket.terminate()
  },
} as const

/**
 * Listens on one address; each connection gets the owner that `accept` makes.
 * Throws the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL) as Bun reports it.
 */
export function listenTcp(
  hostname: string,
  port: number,
  accept: (remoteAddress: string) => SocketOwner,
): Listener {
  return listenOn({ hostname, port }, accept)
}

/** As `listenTcp`, on a socket that listens already: whoever started this process left it open. Once for each. */
export function adoptTcp(
  { fd, address, port }: InheritedSocket,
  accept: (remoteAddress: string) => SocketOwner,
): Listener {
  // Bun's types do not know `fd`, by which its node:net listens; the rest is not looked at then.
  return { ...listenOn({ hostname: address, port, fd }, accept), port }
}

function listenOn(
  place: { hostname: string; port: number; fd?: number },
  accept: (remoteAddress: string) => SocketOwner,
): Listener {
  const listener = Bun.listen<SocketOwner | undefined>({
    ...place,
    allowHalfOpen: true,
    socket: {
      ...events,
      open(socket) {
        socket.setNoDelay(true)
        socket.data = accept(addressOf(socket))
        socket.data?.onOpen(socket)
      },
    },
  })
  return { port: listener.port, stop: () => listener.stop(false) }
}

/**
 * Listens on a Unix socket, which it makes; each connection gets the owner that `accept` makes. Stopping
 * removes the file. Throws the system's error.
 */
export function listenUnix(path: string, accept: () => SocketOwner): { stop(): void } {
  const listener = Bun.listen<SocketOwner | undefined>({
    unix: path,
    allowHalfOpen: true,
    socket: {
      ...events,
      open(socket) {
        socket.data = accept()
        socket.data?.onOpen(socket)
      },
    },
  })
  return { stop: () => listener.stop(false) }
}

/** The peer's address; empty when it has gone already. */
export function addressOf(socket: RawSocket): string {
  return socket.remoteAddress ?? ''
}

/** Connects to a TCP address; the outcome comes as `onOpen` or `onConnectError`. */
export function connectTcp(hostname: string, port: number, owner: SocketOwner): void {
  const connecting = Bun.connect<SocketOwner | undefined>({
    hostname,
    port,
    allowHalfOpen: true,
    data: owner,
    socket: {
      ...events,
      open(socket) {
        socket.setNoDelay(true)
        socket.data?.onOpen(socket)
      },
    },
  })
  connecting.catch((error: unknown) => owner.onConnectError(error))
}

/** Connects to a Unix socket; the outcome comes as `onOpen` or `onConnectError`. */
export function connectUnix(path: string, owner: SocketOwner): void {
  const connecting = Bun.connect<SocketOwner | undefined>({
    unix: path,
    allowHalfOpen: true,
    data: owner,
    socket: events,
  })
  connecting.catch((error: unknown) => owner.onConnectError(error))
}
