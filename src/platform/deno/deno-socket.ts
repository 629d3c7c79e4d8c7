import type { RawSocket, SocketOwner } from '../raw-sockets.ts'
import type { DenoConnection } from './deno-globals.ts'

const READ_BYTES = 65_536

/**
 * A connection of Deno's with the semantics that ../raw-sockets.ts describes, but for two: `terminate` cannot
 * send RST, and a reset is not seen while reading is paused.
 */
export class DenoSocket implements RawSocket {
  data: SocketOwner | undefined
  readonly remoteAddress: string | undefined
  readonly #connection: DenoConnection
  #resumed: PromiseWithResolvers<void> | undefined
  #isSending = false
  #isDrainOwed = false
  #hasFinished = false
  #hasPeerFinished = false
  #isClosed = false

  private constructor(connection: DenoConnection, owner: SocketOwner) {
    this.#connection = connection
    this.data = owner
    this.remoteAddress = connection.remoteAddr.hostname
  }

  /** Tells its owner that it is open, then reads. */
  static serve(connection: DenoConnection, owner: SocketOwner): void {
    const socket = new DenoSocket(connection, owner)
    socket.#tell((to) => to.onOpen(socket))
    void socket.#read()
  }

  /** Takes all or nothing: Deno sends in the background, one piece at a time. */
  write(bytes: Uint8Array, offset: number, length: number): number {
    if (this.#isClosed || this.#hasFinished) return -1
    if (this.#isSending) {
      this.#isDrainOwed = true
      return 0
    }
    // A copy, because the caller may use its memory again.
    void this.#send(new Uint8Array(bytes.subarray(offset, offset + length)))
    return length
  }

  pause(): void {
    this.#resumed ??= Promise.withResolvers()
  }

  resume(): void {
    this.#resumed?.resolve()
    this.#resumed = undefined
  }

  shutdown(): void {
    if (this.#hasFinished) return
    this.#hasFinished = true
    if (!this.#isSending) void this.#finish()
  }

  end(): void {
    this.#hasPeerFinished = true
    this.shutdown()
  }

  terminate(): void {
    this.#close(false)
  }

  async #read(): Promise<void> {
    try {
      while (!this.#isClosed) {
        await this.#resumed?.promise
        const bytes = new Uint8Array(READ_BYTES)
        const count = await this.#connection.read(bytes)
        if (count === null) break
        // Paused meanwhile: these bytes are not wanted before the reading goes on.
        await this.#resumed?.promise
        this.#tell((to) => to.onData(Buffer.from(bytes.buffer, 0, count)))
      }
      this.#hasPeerFinished = true
      if (this.#hasFinished && !this.#isSending) this.#close(false)
      else if (!this.#isClosed) this.#tell((to) => to.onEnd())
    } catch {
      this.#close(true)
    }
  }

  async #send(bytes: Uint8Array): Promise<void> {
    this.#isSending = true
    try {
      for (let sent = 0; sent < bytes.length;)
        sent += await this.#connection.write(bytes.subarray(sent))
    } catch {
      this.#close(true)
      return
    }
    this.#isSending = false
    if (this.#hasFinished) await this.#finish()
    else if (this.#isDrainOwed) {
      this.#isDrainOwed = false
      this.#tell((to) => to.onDrain())
    }
  }

  /** Sends FIN; the second of the two closes the socket. */
  async #finish(): Promise<void> {
    try {
      await this.#connection.closeWrite()
      if (this.#hasPeerFinished) this.#close(false)
    } catch {
      this.#close(true)
    }
  }

  #close(isReset: boolean): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.resume()
    this.#connection.close()
    queueMicrotask(() => this.data?.onClose(isReset))
  }

  #tell(event: (owner: SocketOwner) => void): void {
    try {
      if (this.data !== undefined && !this.#isClosed) event(this.data)
    } catch (error) {
      this.data?.onDefect(error)
      this.terminate()
    }
  }
}
