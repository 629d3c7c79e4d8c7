import { rmSync } from 'node:fs'
import { UserError } from '../../lib/errors.ts'
import type { InheritedSocket } from '../inherited-sockets.ts'
import type { Listener, RawSocket, SocketOwner } from '../raw-sockets.ts'
import type { DenoConnection, DenoListener } from './deno-globals.ts'
import { DenoSocket } from './deno-socket.ts'

/** As in ../raw-sockets.ts. */
export function listenTcp(
  hostname: string,
  port: number,
  accept: (remoteAddress: string) => SocketOwner,
): Listener {
  const listener = Deno.listen({ hostname, port })
  void acceptAll(listener, (connection) => {
    connection.setNoDelay(true)
    return accept(connection.remoteAddr.hostname ?? '')
  })
  return { port: listener.addr.port, stop: () => listener.close() }
}

/** Deno listens on no socket that is open already. */
export function adoptTcp({ port }: InheritedSocket): Listener {
  throw new UserError(`Deno cannot take port ${port} from a socket unit`, {
    fix: 'have the unit start the compiled program: npm run build',
  })
}

/** As in ../raw-sockets.ts. */
export function listenUnix(path: string, accept: () => SocketOwner): { stop(): void } {
  const listener = Deno.listen({ transport: 'unix', path })
  void acceptAll(listener, accept)
  return {
    stop: () => {
      listener.close()
      rmSync(path, { force: true })
    },
  }
}

/** The peer's address; empty when it has gone already. */
export function addressOf(socket: RawSocket): string {
  return socket.remoteAddress ?? ''
}

/** As in ../raw-sockets.ts. */
export function connectTcp(hostname: string, port: number, owner: SocketOwner): void {
  Deno.connect({ hostname, port }).then(
    (connection) => {
      connection.setNoDelay(true)
      DenoSocket.serve(connection, owner)
    },
    (error: unknown) => owner.onConnectError(error),
  )
}

/** As in ../raw-sockets.ts. */
export function connectUnix(path: string, owner: SocketOwner): void {
  Deno.connect({ transport: 'unix', path }).then(
    (connection) => DenoSocket.serve(connection, owner),
    (error: unknown) => owner.onConnectError(error),
  )
}

/** Until the listener is closed. */
async function acceptAll<Connection extends DenoConnection>(
  listener: DenoListener<Connection>,
  ownerOf: (connection: Connection) => SocketOwner,
): Promise<void> {
  for (;;) {
    let connection: Connection
    try {
      connection = await listener.accept()
    } catch {
      return
    }
    DenoSocket.serve(connection, ownerOf(connection))
  }
}
