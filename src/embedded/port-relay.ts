import { errorCode } from '../lib/errors.ts'
import { FlowSocket } from '../platform/flow-socket.ts'
import {
  connectTcp,
  connectUnix,
  type Listener,
  listenTcp,
  listenUnix,
  type RawSocket,
} from '../platform/raw-sockets.ts'

const PORT_LINE = /^(\d{1,5})\n/
const PORT_LINE_MAX = '65535\n'.length
/** A server may listen on one family of loopback only. */
const LOOPBACKS = ['127.0.0.1', '::1']

/**
 * The way in: who connects to this Unix socket asks for a port of this network namespace by `PORT\n`, is
 * answered `ok\n` or a code like `ECONNREFUSED\n`, and exchanges bytes with it from then on. What follows
 * the port at once is passed on as well. Throws the system's error.
 */
export function relayToPorts(path: string): { stop(): void } {
  return listenUnix(path, () => new PortAsker())
}

/**
 * The way out: what connects to this port of 127.0.0.1 inside reaches a Unix socket of the host, which is
 * not visible there. Throws the system's error.
 */
export function relayToHost(port: number, socketPath: string): Listener {
  return listenTcp('127.0.0.1', port, () => new HostAsker(socketPath))
}

/** One of two connections that are joined: a slow one holds back the other, and a FIN passes on as a FIN. */
abstract class RelayEnd extends FlowSocket {
  /** Absent as long as it is not known what to connect with. */
  protected other: RelayEnd | undefined

  onData(bytes: Buffer): void {
    if (this.other?.send(bytes, 0, bytes.length) === false) this.pauseReading()
  }

  onEnd(): void {
    this.peerEnded = true
    if (this.other === undefined) this.close()
    else this.other.finish()
  }

  /** The connection is lost, and with it the relay. */
  onDefect(): void {
    this.other?.abort()
  }

  protected override onSent(): void {
    if (this.other?.isClosed === true) this.close()
    else this.other?.resumeReading()
  }

  protected override onGone(): void {
    const { other } = this
    if (other === undefined) return
    if (!this.peerEnded) other.abort()
    // What waits there is sent first.
    else if (!other.isBackedUp) other.close()
  }

  protected override onReleased(): void {}
}

/** Connects on behalf of one that asked. What that one sends meanwhile waits here. */
abstract class Asked extends RelayEnd {
  protected override other: RelayEnd

  constructor(asker: RelayEnd) {
    super()
    this.other = asker
  }
}

class PortAsker extends RelayEnd {
  private line = ''

  override onData(bytes: Buffer): void {
    if (this.other !== undefined) return super.onData(bytes)
    const missing = PORT_LINE_MAX - this.line.length
    const begun = this.line + bytes.toString('latin1', 0, missing)
    const port = PORT_LINE.exec(begun)?.[1]
    if (port === undefined) return this.readMore(begun)
    const asked = new AskedPort(this, Number(port))
    this.other = asked
    asked.open()
    const end = port.length + 1 - this.line.length
    if (end < bytes.length) super.onData(bytes.subarray(end))
  }

  /** Nobody can be told: it was this one that connected. */
  onConnectError(): void {}

  private readMore(begun: string): void {
    this.line = begun
    if (!/^\d{0,5}$/.test(begun)) this.abort()
  }
}

class AskedPort extends Asked {
  private readonly port: number
  private readonly untried = [...LOOPBACKS]
  private failure: unknown

  constructor(asker: RelayEnd, port: number) {
    super(asker)
    this.port = port
  }

  open(): void {
    const host = this.untried.shift()
    if (host !== undefined && this.port <= 65_535) connectTcp(host, this.port, this)
    else this.refuse()
  }

  override onOpen(socket: RawSocket): void {
    if (!this.isClosed) this.answer('ok')
    super.onOpen(socket)
  }

  onConnectError(error: unknown): void {
    this.failure ??= error
    this.open()
  }

  private refuse(): void {
    this.abort()
    this.answer(errorCode(this.failure) ?? 'EINVAL')
    // The other side of a Unix socket would not get it if something lay unread here.
    this.other.finish()
  }

  private answer(word: string): void {
    const line = Buffer.from(`${word}\n`)
    this.other.send(line, 0, line.length)
  }
}

class HostAsker extends RelayEnd {
  private readonly socketPath: string

  constructor(socketPath: string) {
    super()
    this.socketPath = socketPath
  }

  override onOpen(socket: RawSocket): void {
    super.onOpen(socket)
    const asked = new AskedSocket(this)
    this.other = asked
    connectUnix(this.socketPath, asked)
  }

  /** Nobody can be told: it was this one that connected. */
  onConnectError(): void {}
}

class AskedSocket extends Asked {
  onConnectError(): void {
    this.abort()
    this.other.close()
  }
}
