import type { Route, Upstream } from '../routes/route.ts'
import type { Deadlines, Timed } from './deadlines.ts'
import {
  connectTcp,
  connectUnix,
  type RawSocket,
  type SocketOwner,
} from '../platform/raw-sockets.ts'

/** What can be dialled: a route's upstream, or a server on a Unix socket of our own. */
export type DialTarget = Upstream | { kind: 'socket'; path: string }

/** Who gets a dialled connection. */
export interface Dialler extends SocketOwner {
  /** What it has to send already, if it is not more than that: a relay gets it along with the port. */
  takeWaiting(bytesMax: number): Buffer
}

/** The kernel takes as much at once on a new Unix socket. */
const firstBytesMax = 32 * 1024

/** The relay's answers (see {@link Upstream}). */
const relayAccepts = 'ok\n'
const relayRefuses = 'ECONNREFUSED\n'

/**
 * Opens a connection, however the target is reached, and hands it to `owner`: `onOpen` when bytes
 * from then on are the service's own, else `onConnectError`. A relay that stays silent is given up
 * after `limitMs`; for everything else the limit is the owner's own.
 */
export function dial(
  target: DialTarget,
  owner: Dialler,
  deadlines: Deadlines,
  limitMs: number,
): void {
  switch (target.kind) {
    case 'address':
      connectTcp(target.host, target.port, owner)
      break
    case 'socket':
      connectUnix(target.path, owner)
      break
    case 'relay': {
      const handshake = new RelayHandshake(target.port, owner, deadlines)
      handshake.deadlineMs = deadlines.nowMs + limitMs
      connectUnix(target.socketPath, handshake)
      break
    }
  }
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '::1'])

/**
 * Where to try a route, in order. A server that somebody started by hand on "localhost" may listen on
 * one family only, so a static route tries both. A run's address is exact: on the other family the
 * port may belong to somebody else.
 */
export function dialTargetsOf(route: Route): readonly DialTarget[] {
  const { upstream } = route
  if (upstream.kind !== 'address' || route.owner.kind !== 'static') return [upstream]
  if (!loopbackNames.has(upstream.host)) return [upstream]
  const hosts = upstream.host === '::1' ? ['::1', '127.0.0.1'] : ['127.0.0.1', '::1']
  return hosts.map((host) => ({ kind: 'address', host, port: upstream.port }))
}

/**
 * Asks a relay for a port, then hands the connection on. The request goes along with the question, which
 * saves a round trip: a relay that cannot connect drops it, so no service has seen it then.
 */
class RelayHandshake implements SocketOwner, Timed {
  deadlineMs = Infinity
  private socket: RawSocket | undefined
  private answer = Buffer.alloc(0)
  private readonly port: number
  private readonly owner: Dialler
  private readonly deadlines: Deadlines

  constructor(port: number, owner: Dialler, deadlines: Deadlines) {
    this.port = port
    this.owner = owner
    this.deadlines = deadlines
    deadlines.add(this)
  }

  onOpen(socket: RawSocket): void {
    this.socket = socket
    const line = Buffer.from(`${this.port}\n`, 'latin1')
    const first = Buffer.concat([line, this.owner.takeWaiting(firstBytesMax)])
    // Little, into an empty socket buffer: the kernel takes it whole or the connection is gone.
    socket.write(first, 0, first.length)
  }

  onData(bytes: Buffer): void {
    this.answer = Buffer.concat([this.answer, bytes])
    const lineEnd = this.answer.indexOf('\n') + 1
    if (lineEnd === 0 && this.answer.length < relayRefuses.length) return
    const line = this.answer.toString('latin1', 0, lineEnd)
    if (line === relayAccepts) this.handOver(this.answer.subarray(lineEnd))
    else if (line === relayRefuses) this.fail(new DialError('ECONNREFUSED', 'the relay refused'))
    else this.fail(new DialError('EPROTO', 'the relay answered something else than ok'))
  }

  onEnd(): void {
    this.fail(new DialError('ECONNRESET', 'the relay closed the connection'))
  }

  onClose(): void {
    this.onEnd()
  }

  onConnectError(error: unknown): void {
    this.deadlines.remove(this)
    this.owner.onConnectError(error)
  }

  onDeadline(): void {
    this.fail(new DialError('ETIMEDOUT', 'the relay did not answer'))
  }

  onDefect(error: unknown): void {
    this.owner.onDefect(error)
  }

  onDrain(): void {}

  private handOver(first: Buffer): void {
    const { socket } = this
    if (socket === undefined) return
    this.deadlines.remove(this)
    this.socket = undefined
    socket.data = this.owner
    this.owner.onOpen(socket)
    if (first.length > 0) this.owner.onData(first)
  }

  private fail(error: DialError): void {
    const { socket } = this
    this.deadlines.remove(this)
    this.socket = undefined
    if (socket === undefined) return
    socket.terminate()
    this.owner.onConnectError(error)
  }
}

/** A connection that could not be had, with the code the system would give. */
class DialError extends Error {
  override readonly name = 'DialError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
