import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { messageOf, UserError } from '../lib/errors.ts'
import { LineDecoder } from '../lib/line-decoder.ts'
import { faultPoint } from '../platform/fault-point.ts'
import { type ControlRequest, type ControlResponse, requestSchema } from './control-protocol.ts'

/** One connected command. */
export interface ControlPeer {
  /** Resolves when the command is gone, whether it said so or died. */
  readonly closed: Promise<void>
}

export type ControlHandler = (request: ControlRequest, peer: ControlPeer) => Promise<unknown>

/**
 * Serves the control protocol on a Unix socket that only its owner can open. The caller holds the
 * daemon lock, so a socket file that is there already is a dead daemon's and is replaced.
 */
export async function serveControl(
  socketPath: string,
  handler: ControlHandler,
): Promise<AsyncDisposable> {
  rmSync(socketPath, { force: true })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    serveConnection(socket, handler)
  })
  await listen(server, socketPath)
  if (globalThis.AGENT_FAULTS) faultPoint(() => 'control:listening')
  chmodSync(socketPath, 0o600)
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      rmSync(socketPath, { force: true })
    },
  }
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function serveConnection(socket: Socket, handler: ControlHandler): void {
  const lines = new LineDecoder()
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  const peer: ControlPeer = { closed }
  // A command that died mid-write is an ordinary end; 'close' follows.
  socket.on('error', () => undefined)
  socket.on('data', (bytes: Buffer) => {
    let texts: string[]
    try {
      texts = lines.push(bytes)
    } catch {
      socket.destroy()
      return
    }
    for (const text of texts) void answer(text, handler, peer).then((line) => socket.write(line))
  })
}

async function answer(text: string, handler: ControlHandler, peer: ControlPeer): Promise<string> {
  const request = decode(text)
  if ('problem' in request) return encode({ id: request.id, error: plainError(request.problem) })
  try {
    const result = await handler(request, peer)
    return encode({ id: request.id, result: result ?? null })
  } catch (error) {
    return encode({ id: request.id, error: describe(error) })
  }
}

function decode(text: string): ControlRequest | { id: number; problem: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { id: 0, problem: 'a request is not JSON' }
  }
  const parsed = requestSchema.safeParse(value)
  if (parsed.success) return parsed.data
  return { id: idOf(value), problem: 'the background process does not know this request' }
}

function idOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || !('id' in value)) return 0
  return typeof value.id === 'number' ? value.id : 0
}

function describe(error: unknown): NonNullable<ControlResponse['error']> {
  if (error instanceof UserError)
    return { what: error.message, fixes: [...error.fixes], exitCode: error.exitCode }
  return plainError(messageOf(error))
}

function plainError(what: string): NonNullable<ControlResponse['error']> {
  return { what, fixes: [], exitCode: 1 }
}

function encode(response: ControlResponse): string {
  return `${JSON.stringify(response)}\n`
}
