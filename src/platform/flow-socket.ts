import type { RawSocket, SocketOwner } from './raw-sockets.ts'

/**
 * A connection with back-pressure: what the kernel does not take waits here, and whoever produces it
 * is told to pause. So one buffer at most waits for each connection, however slow its peer is.
 */
export abstract class FlowSocket implements SocketOwner {
  /** The peer sent FIN: nothing more will come. */
  peerEnded = false
  isClosed = false

  private socket: RawSocket | undefined
  private unsent: Buffer[] | undefined
  private isFinishing = false
  private isPaused = false

  abstract onConnectError(error: unknown): void
  abstract onData(bytes: Buffer): void
  abstract onEnd(): void
  abstract onDefect(error: unknown): void

  /** All that waited was sent: who produces may go on. */
  protected abstract onSent(): void
  /** The connection ended without our doing. */
  protected abstract onGone(): void
  /** The connection is over, whoever ended it. */
  protected abstract onReleased(): void

  onOpen(socket: RawSocket): void {
    if (this.isClosed) {
      socket.terminate()
      return
    }
    this.socket = socket
    if (this.isPaused) socket.pause()
    if (this.isFinishing && this.unsent === undefined) socket.shutdown()
    else this.onDrain()
  }

  onDrain(): void {
    if (this.unsent === undefined || !this.sendWaiting(this.unsent)) return
    this.unsent = undefined
    if (this.isFinishing) this.socket?.shutdown()
    this.onSent()
  }

  onClose(isReset: boolean): void {
    if (this.isClosed) return
    // After our own FIN, the peer's comes as the close itself.
    if (!isReset) this.peerEnded = true
    this.release()
    this.onGone()
  }

  get isOpen(): boolean {
    return this.socket !== undefined && !this.isClosed
  }

  /** Whether what was sent still waits, so that more should not be produced. */
  get isBackedUp(): boolean {
    return this.unsent !== undefined
  }

  /**
   * Sends `bytes[from, to)`; false = part of it waits, pause until {@link onSent}. `isReused` says that
   * the buffer will be overwritten, so what waits has to be a copy.
   */
  send(bytes: Buffer, from: number, to: number, isReused = false): boolean {
    if (from === to || this.isFinishing || this.isClosed) return !this.isBackedUp
    let start = from
    if (this.unsent === undefined && this.socket !== undefined) {
      const sent = this.socket.write(bytes, from, to - from)
      // -1: the connection is gone, its close event follows.
      if (sent === to - from || sent < 0) return true
      start += sent
    }
    const rest = bytes.subarray(start, to)
    this.unsent ??= []
    this.unsent.push(isReused ? Buffer.from(rest) : rest)
    return false
  }

  /**
   * Takes what waits for a connection that is not open yet, for whoever opens it to send; nothing when that
   * is more than `bytesMax`. Who produces it is told to go on once the connection is open.
   */
  takeWaiting(bytesMax: number): Buffer {
    const waiting = Buffer.concat(this.unsent ?? [])
    if (waiting.length === 0 || waiting.length > bytesMax) return Buffer.alloc(0)
    this.unsent = []
    return waiting
  }

  pauseReading(): void {
    if (this.isPaused) return
    this.isPaused = true
    this.socket?.pause()
  }

  resumeReading(): void {
    if (!this.isPaused) return
    this.isPaused = false
    this.socket?.resume()
  }

  /** Sends FIN after all that waits. The connection closes when the peer's FIN is there as well. */
  finish(): void {
    if (this.isFinishing || this.isClosed) return
    this.isFinishing = true
    // A FIN is only seen while reading.
    this.resumeReading()
    if (this.unsent === undefined) this.socket?.shutdown()
  }

  /** Closes in order, at once: the kernel still delivers what it has. {@link onGone} is not called. */
  close(): void {
    if (this.isClosed) return
    const { socket } = this
    this.release()
    socket?.end()
  }

  /** Closes with RST, at once; what waits is dropped and {@link onGone} is not called. */
  abort(): void {
    if (this.isClosed) return
    const { socket } = this
    this.release()
    socket?.terminate()
  }

  protected release(): void {
    this.isClosed = true
    this.unsent = undefined
    this.socket = undefined
    this.onReleased()
  }

  private sendWaiting(waiting: Buffer[]): boolean {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const sent = this.socket?.write(next, 0, next.length) ?? -1
      if (sent < 0) return false
      if (sent < next.length) {
        waiting[0] = next.subarray(sent)
        return false
      }
      waiting.shift()
    }
    return true
  }
}
