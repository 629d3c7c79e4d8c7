import type { Socket } from 'node:net'
import type { StreamName } from '../container-stream.ts'
import { encodeFrame, FRAME } from './frames.ts'
import { writeWhole } from './sockets.ts'

/** Those who are attached to a process, and those who only want to know that there is more. */
export class Audience {
  readonly #attached = new Set<Socket>()
  readonly #watching = new Set<Socket>()

  attach(socket: Socket): void {
    this.#attached.add(socket)
    socket.once('close', () => this.#attached.delete(socket))
  }

  watch(socket: Socket): void {
    this.#watching.add(socket)
    socket.once('close', () => this.#watching.delete(socket))
    socket.resume()
    socket.once('end', () => socket.end())
  }

  /** Resolves when everybody has taken it: who attaches and does not read holds the process up. */
  async send(stream: StreamName, bytes: Uint8Array): Promise<void> {
    for (const socket of this.#watching) if (socket.writableLength === 0) socket.write('.')
    if (this.#attached.size === 0) return
    const frame = encodeFrame(stream === 'stdout' ? FRAME.stdout : FRAME.stderr, bytes)
    await Promise.all([...this.#attached].map((socket) => writeWhole(socket, frame)))
  }

  /** Ends every connection, and resolves when all have taken what was sent before. */
  async dismiss(): Promise<void> {
    for (const socket of this.#watching) socket.end()
    await Promise.all(
      [...this.#attached, ...this.#watching].map(
        (socket) =>
          new Promise<void>((resolve) => {
            if (socket.destroyed) return resolve()
            socket.once('close', () => resolve())
            socket.end(() => resolve())
          }),
      ),
    )
  }
}
