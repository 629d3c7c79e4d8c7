import type { Socket } from 'node:net'
import type { ContainerStream, OutputChunk } from '../container-stream.ts'
import type { TerminalSize } from '../terminal-size.ts'
import { encodeFrame, encodeSize, FRAME } from './frames.ts'
import { readFrames } from './read-frames.ts'
import { writeWhole } from './sockets.ts'

/** A process inside, over a connection to the one that supervises it; the connection may still be on its way. */
export class ProcessStream implements ContainerStream {
  readonly #socket: Promise<Socket | undefined>

  constructor(socket: Promise<Socket | undefined>) {
    this.#socket = socket
  }

  get output(): AsyncIterable<OutputChunk> {
    return this.#read()
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#send(encodeFrame(FRAME.stdin, bytes))
  }

  async endInput(): Promise<void> {
    await this.#send(encodeFrame(FRAME.endOfInput, new Uint8Array(0)))
  }

  async resize(size: TerminalSize): Promise<void> {
    await this.#send(encodeSize(size)).catch(() => undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const socket = await this.#socket.catch(() => undefined)
    socket?.destroy()
  }

  async *#read(): AsyncGenerator<OutputChunk> {
    const socket = await this.#socket
    if (socket === undefined) return
    for await (const { kind, payload } of readFrames(socket)) {
      if (kind === FRAME.stdout) yield { stream: 'stdout', bytes: payload }
      else if (kind === FRAME.stderr) yield { stream: 'stderr', bytes: payload }
    }
  }

  async #send(frame: Buffer): Promise<void> {
    const socket = await this.#socket
    const isTaken = socket !== undefined && (await writeWhole(socket, frame))
    if (!isTaken) throw new Error('the process takes no input any more')
  }
}
