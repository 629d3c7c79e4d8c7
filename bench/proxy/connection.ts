/** Who is told what a connection receives. */
export type Receiver = { onBytes: (bytes: Buffer) => void; onClosed: () => void }

/** A client's connection as bytes. What the kernel does not take yet waits. */
export class Connection implements Disposable {
  /** May be exchanged at any time. */
  receiver: Receiver = { onBytes: () => undefined, onClosed: () => undefined }
  #socket: Bun.Socket | undefined
  #unsent: Uint8Array[] = []

  /** Connects to a port of 127.0.0.1. Throws the system's error. */
  static async open(port: number): Promise<Connection> {
    const connection = new Connection()
    connection.#socket = await Bun.connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        open: (socket) => void socket.setNoDelay(true),
        data: (_socket, bytes) => connection.receiver.onBytes(bytes),
        drain: () => connection.#sendWaiting(),
        close: () => connection.receiver.onClosed(),
        error: () => connection.receiver.onClosed(),
      },
    })
    return connection
  }

  send(bytes: Uint8Array): void {
    this.#unsent.push(bytes)
    if (this.#unsent.length === 1) this.#sendWaiting()
  }

  [Symbol.dispose](): void {
    this.receiver = { onBytes: () => undefined, onClosed: () => undefined }
    this.#socket?.end()
  }

  #sendWaiting(): void {
    for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
      const sent = Math.max(this.#socket?.write(next) ?? 0, 0)
      if (sent < next.length) {
        this.#unsent[0] = next.subarray(sent)
        return
      }
      this.#unsent.shift()
    }
  }
}
