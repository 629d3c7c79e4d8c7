import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { type ControlHandler, serveControl } from '../../../src/daemon/control-server.ts'
import { temporaryFolder } from '../platform/temporary-folder.ts'

/** A server of the control protocol on a real socket. */
export async function served(
  handler: ControlHandler,
): Promise<AsyncDisposable & { path: string; stop: () => Promise<void> }> {
  const folder = temporaryFolder()
  const path = join(folder.path, 'control.sock')
  const server = await serveControl(path, handler)
  return {
    path,
    stop: async () => server[Symbol.asyncDispose](),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

export const HELLO = { nonce: 'n', version: '1.0.0', pid: 7 }

/** Sends bytes as they are and returns the lines that come back, as many as asked for. */
export async function exchanged(
  path: string,
  sent: string | Uint8Array,
  lines: number,
): Promise<unknown[]> {
  const socket = connect({ path })
  await once(socket, 'connect')
  socket.write(sent)
  const texts = await linesFrom(socket, lines)
  socket.destroy()
  return texts.map((text): unknown => JSON.parse(text))
}

export function linesFrom(socket: Socket, count: number): Promise<string[]> {
  let text = ''
  return new Promise((resolve, reject) => {
    socket.on('data', (bytes) => {
      text += bytes.toString()
      const lines = text.split('\n').slice(0, -1)
      if (lines.length >= count) resolve(lines)
    })
    socket.on('close', () => reject(new Error(`closed after: ${text}`)))
  })
}
