import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { EgressAccess } from '../../../src/egress/egress-context.ts'
import type { EgressPolicy } from '../../../src/egress/egress-policy.ts'
import { type EgressOptions, serveEgress } from '../../../src/egress/serve-egress.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** A documentation address (RFC 5737) that the machine's loopback takes over for a test; no run may reach 127/8. */
export const PUBLIC_ADDRESS = '198.51.100.7'

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
      socketPath,
      policy: () => policy,
      resolve: async () => [{ address: PUBLIC_ADDRESS, family: 4 }],
      hostAddresses: () => [],
      clock: systemClock,
      onAccess: (access) => accesses.push(access),
      ...options,
    }),
  )
  return {
    socketPath,
    accesses,
    setPolicy: (next) => (policy = next),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** Listens on the documentation address. */
export async function listenPublic(server: Server): Promise<AsyncDisposable & { port: number }> {
  server.listen(0, PUBLIC_ADDRESS)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
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
