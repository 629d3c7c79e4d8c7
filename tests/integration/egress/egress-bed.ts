import { test } from 'bun:test'
import { once } from 'node:events'
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { EgressAccess } from '../../../src/egress/egress-context.ts'
import type { EgressPolicy } from '../../../src/egress/egress-policy.ts'
import { type EgressOptions, serveEgress } from '../../../src/egress/serve-egress.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/**
 * An address of this machine that stands for the outside: the beds call no address the machine's own.
 * Loopback cannot, as it is refused whatever the machine has. Empty where there is no network at all.
 */
export const OUTSIDE_ADDRESS =
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? ''

/** `test` for what needs such an address; without one, a skip that says so. */
export const outsideTest = test.skipIf(OUTSIDE_ADDRESS === '')
if (OUTSIDE_ADDRESS === '')
  skippedTest('connections to the outside', 'this machine has no address but loopback')

export type EgressBed = AsyncDisposable & {
  socketPath: string
  accesses: EgressAccess[]
  setPolicy: (policy: EgressPolicy) => void
}

/** A proxy of one run, on a socket of its own. */
export async function egressBed(options: Partial<EgressOptions> = {}): Promise<EgressBed> {
  const stack = new AsyncDisposableStack()
  const socketPath = join(stack.use(temporaryFolder()).path, 'egress.sock')
  const accesses: EgressAccess[] = []
  let policy: EgressPolicy = { kind: 'permissive' }
  stack.use(
    await serveEgress({
      place: { socketPath },
      policy: () => policy,
      resolve: async () => [{ address: OUTSIDE_ADDRESS, family: 4 }],
      hostAddresses: () => [],
      clock: systemClock,
      onAccess: (access) => accesses.push(access),
      ...options,
    }),
  )
  return {
    socketPath,
    accesses,
    setPolicy: (next) => {
      policy = next
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** Listens where the beds look for the outside. */
export async function listenOutside(server: Server): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, OUTSIDE_ADDRESS)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** An origin that says what it was asked. */
export function echoingOrigin(): HttpServer {
  return createHttpServer((request, response) => {
    if (request.url === '/reset') request.socket.destroy()
    else if (request.url === '/nothing') response.writeHead(204).end()
    else if (request.url === '/cookies')
      response.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']).end('c')
    else describeRequest(request, response)
  })
}

function describeRequest(request: IncomingMessage, response: ServerResponse): void {
  const { method, url, rawHeaders } = request
  let bytes = 0
  request.on('data', (piece: Buffer) => (bytes += piece.length))
  request.on('end', () =>
    response.end(JSON.stringify({ method, url, bytes, fields: rawHeaders.join('|') })),
  )
}

/** A request as bytes, with a Host that is not the target's. */
export function ask(line: string, fields = '', body = ''): string {
  return `${line}\r\nHost: wrong\r\n${fields}\r\n${body}`
}

/** A TCP port of 127.0.0.1 in front of the socket, as a run has one. */
export async function tcpRelay(
  socketPath: string,
): Promise<AsyncDisposable & { port: number; url: string }> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const behind = connect({ path: socketPath, allowHalfOpen: true })
    for (const socket of [client, behind]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    client.pipe(behind)
    behind.pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type Client = Disposable & {
  socket: Socket
  /** All that came so far. */
  text: () => string
  /** Waits until the text holds `mark`; rejects after five seconds or when the connection closes first. */
  until: (mark: string) => Promise<string>
  /** Waits for the end of what the other side sends. */
  ended: () => Promise<string>
}

/** A raw connection to the proxy. */
export function rawClient(socketPath: string): Client {
  const socket = connect({ path: socketPath, allowHalfOpen: true })
  let received = ''
  const isEnded = { value: false }
  socket.on('error', () => undefined)
  socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1')))
  for (const event of ['end', 'close']) socket.on(event, () => (isEnded.value = true))
  const when = (isReached: () => boolean, what: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (isReached()) settle(() => resolve(received))
        else if (isEnded.value) settle(() => reject(new Error(`no ${what} in: ${received}`)))
      }
      const limit = setTimeout(
        () => settle(() => reject(new Error(`waited for ${what}: ${received}`))),
        5000,
      )
      const settle = (then: () => void): void => {
        clearTimeout(limit)
        for (const event of ['data', 'end', 'close']) socket.off(event, check)
        then()
      }
      for (const event of ['data', 'end', 'close']) socket.on(event, check)
      check()
    })
  return {
    socket,
    text: () => received,
    until: (mark) => when(() => received.includes(mark), JSON.stringify(mark)),
    ended: () => when(() => isEnded.value, 'end'),
    [Symbol.dispose]: () => socket.destroy(),
  }
}
