import { addressOf, type RawSocket, type SocketOwner } from '../platform/raw-sockets.ts'

/** Clients that are held back at a time, by one holder; more are turned away. */
const heldMax = 1_024
/** How long one that was refused gets to read why. */
const lingerMs = 2_000

/** Keeps clients, unread, until it is known who serves them. */
export class HeldClients {
  private readonly held = new Set<HeldClient>()

  /** The owner of a new connection; `onHeld` is called once it is open and kept. */
  hold(onHeld: (client: HeldClient) => void = () => undefined): SocketOwner {
    return new HeldClient(this.held, onHeld)
  }

  /** All that are held now. */
  *[Symbol.iterator](): Iterator<HeldClient> {
    yield* this.held
  }
}

export class HeldClient implements SocketOwner {
  private socket: RawSocket | undefined
  private lingering: ReturnType<typeof setTimeout> | undefined
  private readonly held: Set<HeldClient>
  private readonly onHeld: (client: HeldClient) => void

  constructor(held: Set<HeldClient>, onHeld: (client: HeldClient) => void) {
    this.held = held
    this.onHeld = onHeld
  }

  /** Empty when it has gone already. */
  get address(): string {
    return this.socket === undefined ? '' : addressOf(this.socket)
  }

  /** Hands the connection over as if it had just been opened. One that has gone meanwhile is none. */
  handTo(makeOwner: (address: string) => SocketOwner): void {
    const { socket } = this
    if (socket === undefined || !this.held.delete(this)) return
    const owner = makeOwner(addressOf(socket))
    socket.data = owner
    owner.onOpen(socket)
    socket.resume()
  }

  /** Ends the connection in order, with these bytes, if any, as the last ones. */
  turnAway(bytes?: Buffer): void {
    const { socket } = this
    if (socket === undefined || !this.held.delete(this)) return
    if (bytes === undefined) {
      socket.end()
      return
    }
    // What the client sent is read and dropped: closing with it unread would reset the answer away.
    socket.resume()
    socket.write(bytes, 0, bytes.length)
    socket.shutdown()
    this.lingering = setTimeout(() => socket.terminate(), lingerMs)
  }

  onOpen(socket: RawSocket): void {
    if (this.held.size >= heldMax) {
      socket.terminate()
      return
    }
    this.socket = socket
    socket.pause()
    this.held.add(this)
    this.onHeld(this)
  }

  onClose(): void {
    clearTimeout(this.lingering)
    this.held.delete(this)
  }

  // What comes of one that was turned away is dropped, and nothing else can happen.
  onConnectError(): void {}
  onData(): void {}
  onDrain(): void {}
  onEnd(): void {}
  onDefect(): void {}
}
