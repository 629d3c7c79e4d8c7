import { chmod, rm } from 'node:fs/promises'
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import type { Duplex } from 'node:stream'
import { errorCode } from '../lib/errors.ts'
import { AccessLog } from './access-log.ts'
import { type Denial, denialMessage } from './denial.ts'
import type { EgressContext } from './egress-context.ts'
import { deny, forwardConnect, forwardUpgrade, type HandedOver } from './forward-connection.ts'
import { deny as denyRequest, forwardRequest } from './forward-request.ts'
import { ACCEPTED_MAX, CONNECTIONS_MAX, HEAD_LIMIT_MS } from './limits.ts'
import { hostAddresses, resolveHost } from './resolve-host.ts'

/** Where a program of a run connects to: this address of ours, if its own one is admitted. */
export type EgressListener = {
  address: string
  port: number
  admits: (address: string) => boolean
}

export type EgressOptions = Omit<EgressContext, 'closing' | 'resolve' | 'hostAddresses'> &
  Partial<Pick<EgressContext, 'resolve' | 'hostAddresses'>> & {
    /** A socket of one run, in a folder that only this user can enter; a stale file there is replaced. Or an address. */
    place: { socketPath: string } | EgressListener
    headLimitMs?: number
  }

const NO_REQUEST: Denial = { kind: 'refused', status: 400, what: 'that is not an HTTP request' }

const NO_HEAD: Denial = { kind: 'refused', status: 408, what: 'no whole request came in time' }

const TOO_MANY: Denial = {
  kind: 'failed',
  status: 503,
  what: `more than ${CONNECTIONS_MAX} connections at the same time`,
  fix: 'close some',
}

/**
 * The proxy of one run: CONNECT, plain HTTP requests and upgrades that arrive at its place.
 * Disposing of it ends its connections and removes a Unix socket. Rejects with the system's error when it cannot listen.
 */
export async function serveEgress(options: EgressOptions): Promise<AsyncDisposable> {
  const { place, headLimitMs = HEAD_LIMIT_MS } = options
  const closing = new AbortController()
  const context: EgressContext = {
    resolve: resolveHost,
    hostAddresses,
    ...options,
    closing: closing.signal,
  }
  const open = new Set<Duplex>()
  const server = egressServer(context, open, headLimitMs)
  const clear = await listenAt(place, server)
  return {
    async [Symbol.asyncDispose]() {
      closing.abort(new Error('the proxy is closing'))
      server.close()
      server.closeAllConnections()
      for (const socket of open) socket.destroy()
      await clear()
    },
  }
}

/** @returns what undoes it beyond closing the server */
async function listenAt(
  place: EgressOptions['place'],
  server: Server,
): Promise<() => Promise<void>> {
  if ('socketPath' in place) {
    const { socketPath } = place
    await rm(socketPath, { force: true })
    await listen(server, { path: socketPath })
    await chmod(socketPath, 0o600)
    return () => rm(socketPath, { force: true })
  }
  const { address, port, admits } = place
  server.on('connection', (socket) => {
    if (!admits(socket.remoteAddress ?? '')) socket.destroy()
  })
  await listen(server, { host: address, port })
  return async () => undefined
}

function listen(
  server: Server,
  where: { path: string } | { host: string; port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** `open` holds the connections in use: those of requests under way, tunnels, and connections being made. */
function egressServer(context: EgressContext, open: Set<Duplex>, headLimitMs: number): Server {
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const log = new AccessLog(context, request.method ?? '')
    if (open.size >= CONNECTIONS_MAX) denyRequest(response, log, TOO_MANY)
    open.add(request.socket)
    const work = response.writableEnded
      ? Promise.resolve()
      : forwardRequest(request, response, { context, log })
    void settled(work, () => {
      open.delete(request.socket)
      log.write()
    })
  }
  const onHandedOver =
    (forward: (handed: HandedOver) => Promise<void>) =>
    (request: IncomingMessage, client: Duplex, head: Buffer): void => {
      client.on('error', () => client.destroy())
      const log = new AccessLog(context, request.method ?? '')
      const isFull = open.size >= CONNECTIONS_MAX
      if (isFull) deny({ client, log }, TOO_MANY)
      open.add(client)
      client.once('close', () => open.delete(client))
      const work = isFull
        ? Promise.resolve()
        : forward({ request, client, head, context, log }).catch(() => {
            client.destroy()
          })
      void settled(work, () => log.write())
    }
  const server = createServer(boundsOf(headLimitMs), onRequest)
  server.maxConnections = ACCEPTED_MAX
  server.on('checkContinue', onRequest)
  server.on('connect', onHandedOver(forwardConnect))
  server.on('upgrade', onHandedOver(forwardUpgrade))
  server.on('clientError', (error, client) => {
    if (client.destroyed) return
    const isLate = errorCode(error) === 'ERR_HTTP_REQUEST_TIMEOUT'
    client.end(denialMessage(isLate ? NO_HEAD : NO_REQUEST))
  })
  return server
}

/** A request that has begun may take as long as it needs: uploads do. */
function boundsOf(headLimitMs: number): ServerOptions {
  return {
    headersTimeout: headLimitMs,
    requestTimeout: 0,
    connectionsCheckingInterval: headLimitMs / 4,
  }
}

/** One broken connection is its own affair: nothing of it may end the process. */
async function settled(work: Promise<void>, after: () => void): Promise<void> {
  try {
    await work
  } catch {
    // The run went away or the proxy closes: there is nobody left to answer.
  } finally {
    after()
  }
}
