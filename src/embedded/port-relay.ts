import { connect, type Socket } from 'node:net'
import { errorCode } from '../lib/errors.ts'
import { connectSocket, join } from './sockets.ts'

/**
 * The way in: `socket` has asked for a port of this network namespace. Answers `ok` or `ECONNREFUSED`,
 * then carries bytes. A server may listen on one family of loopback only, so both are tried.
 */
export async function relayToPort(socket: Socket, port: number): Promise<void> {
  try {
    const inside = await connectLoopback(port)
    socket.write('ok\n')
    join(socket, inside)
  } catch (error) {
    socket.end(`${errorCode(error) ?? 'EIO'}\n`)
    socket.resume()
  }
}

async function connectLoopback(port: number): Promise<Socket> {
  try {
    return await connectTo('127.0.0.1', port)
  } catch {
    return connectTo('::1', port)
  }
}

function connectTo(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      socket.on('error', () => socket.destroy())
      resolve(socket)
    })
  })
}

/** The way out: what connects inside reaches a Unix socket of the host, which is not visible there. */
export async function relayToHost(socket: Socket, socketPath: string): Promise<void> {
  try {
    join(socket, await connectSocket(socketPath))
  } catch {
    socket.destroy()
  }
}
