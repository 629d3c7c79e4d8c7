import { readdirSync, rmSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeOrder, OK, type Order } from './orders.ts'
import { connectSocket, listen, readLine } from './sockets.ts'
import type { SupervisedFolder } from './supervised-folder.ts'

/** How long those who waited for the start get to say what they want. */
const CALL_BACK_LIMIT_MS = 1000

/** Hears the orders for one container, in the process that supervises it. */
export class OrderReceiver {
  readonly #folder: SupervisedFolder
  readonly #carryOut: (order: Order, socket: Socket) => void
  #server: Server | undefined

  /** `carryOut` has the connection from then on: to answer, to stay with it, or to end it. */
  constructor(folder: SupervisedFolder, carryOut: (order: Order, socket: Socket) => void) {
    this.#folder = folder
    this.#carryOut = carryOut
  }

  /** Takes orders from here on. Rejects with the system's error. */
  async open(): Promise<void> {
    this.#server = await listen(this.#folder.socket, (socket) => void this.#hear(socket))
  }

  /**
   * Calls everybody back who waits for the start. Resolves when all of them were heard and their orders are being
   * carried out, after a second at the latest.
   */
  async callBack(): Promise<void> {
    const { waiting } = this.#folder
    const names = readdirSync(waiting).sort()
    const heard = names.map((name) => this.#callOne(join(waiting, name)))
    await Promise.race([Promise.all(heard), delay(CALL_BACK_LIMIT_MS, undefined, { ref: false })])
  }

  /** Takes no more orders; those that are being carried out go on. */
  close(): void {
    rmSync(this.#folder.socket, { force: true })
    this.#server?.close()
  }

  async #callOne(path: string): Promise<void> {
    try {
      await this.#hear(await connectSocket(path))
    } catch {
      // Whoever waited is gone.
    }
    rmSync(path, { force: true })
  }

  /** Resolves when the first line has been heard and acted on. */
  async #hear(socket: Socket): Promise<void> {
    const line = await readLine(socket)
    const order = line === undefined ? undefined : decodeOrder(line)
    if (order === undefined) return void socket.destroy()
    socket.write(`${OK}\n`)
    this.#carryOut(order, socket)
  }
}
