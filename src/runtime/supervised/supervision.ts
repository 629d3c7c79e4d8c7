import type { Socket } from 'node:net'
import { dirname } from 'node:path'
import type { Clock } from '../../platform/clock.ts'
import type { ContainerEvent } from '../container-state.ts'
import type { StreamName } from '../container-stream.ts'
import { Audience } from './audience.ts'
import { EventJournal } from './event-journal.ts'
import { followInput } from './input-frames.ts'
import { OrderReceiver } from './order-receiver.ts'
import type { Order } from './orders.ts'
import { OutputLog } from './output-log.ts'
import type { SupervisedFolder } from './supervised-folder.ts'
import type { SupervisedProcess } from './supervised-process.ts'

/** Orders that each runtime carries out in its own way, or not at all. */
export type OwnOrder = Exclude<Order, { verb: 'watch' | 'attach' | 'resize' }>

type SupervisionOptions = {
  folder: SupervisedFolder
  container: Pick<ContainerEvent, 'id' | 'labels'>
  clock: Clock
  /** Has the connection from then on. */
  carryOut: (order: OwnOrder, socket: Socket) => void
}

/**
 * What a supervising process does for its container, whatever the container is made of: hears orders, keeps the output
 * and hands it and the input on, writes down when it began and how it ended.
 */
export class Supervision {
  readonly #options: SupervisionOptions
  readonly #audience = new Audience()
  readonly #journal: EventJournal
  readonly #log: OutputLog
  readonly #main = Promise.withResolvers<SupervisedProcess>()
  readonly #orders: OrderReceiver

  constructor(options: SupervisionOptions) {
    const { folder, clock } = options
    this.#options = options
    this.#journal = new EventJournal(dirname(folder.path), clock)
    this.#log = new OutputLog(folder.log)
    this.#orders = new OrderReceiver(folder, (order, socket) => this.#carryOut(order, socket))
  }

  /** Takes orders from here on; those who waited for the start are heard before there is a process. */
  async open(): Promise<void> {
    await this.#orders.open()
    await this.#orders.callBack()
  }

  /** The process that input and sizes of the terminal are for, also those that came before it. */
  feed(main: SupervisedProcess): void {
    this.#main.resolve(main)
  }

  /** Stores output. Resolves when everybody who is attached has taken it. */
  async keep(stream: StreamName, bytes: Uint8Array): Promise<void> {
    this.#log.append(stream, bytes, this.#options.clock.now())
    await this.#audience.send(stream, bytes)
  }

  /** Keeps a connection until the container has ended, and says on it when there is more output. */
  watch(socket: Socket): void {
    this.#audience.watch(socket)
  }

  /** The container runs. Resolves when everybody has been told who came while it was starting. */
  async begin(): Promise<void> {
    const { folder, container, clock } = this.#options
    folder.writeStart({ startedAtMs: clock.now() })
    this.#journal.record('started', container)
    await this.#orders.callBack()
  }

  /** The container has ended. Resolves once that is written down and everybody has been told. */
  async end(exitCode: number): Promise<void> {
    const { folder, container, clock } = this.#options
    this.#log[Symbol.dispose]()
    folder.writeExit({ exitCode, finishedAtMs: clock.now() })
    this.#orders.close()
    this.#journal.record('exited', container, exitCode)
    await this.#audience.dismiss()
  }

  #carryOut(order: Order, socket: Socket): void {
    switch (order.verb) {
      case 'watch':
        return this.watch(socket)
      case 'attach':
        this.#audience.attach(socket)
        return void this.#main.promise.then((main) => followInput(socket, main, order))
      case 'resize':
        void this.#main.promise.then((main) => main.resize(order.size))
        return void socket.end()
      case 'exec':
      case 'exec-exit':
      case 'stop':
      case 'kill':
        return this.#options.carryOut(order, socket)
    }
  }
}
