import { readdirSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../platform/clock.ts'
import { type ContainerEvent, containerId } from '../runtime/container-state.ts'
import type { StreamName } from '../runtime/container-stream.ts'
import type { StartError } from '../runtime/start-error.ts'
import { Audience } from '../runtime/supervised/audience.ts'
import { recordEvent } from '../runtime/supervised/event-journal.ts'
import { followInput } from '../runtime/supervised/input-frames.ts'
import { decodeOrder, OK, type Order } from '../runtime/supervised/orders.ts'
import { OutputLog } from '../runtime/supervised/output-log.ts'
import { connectSocket, listen, readLine } from '../runtime/supervised/sockets.ts'
import {
  DEFAULT_SIZE,
  type SupervisedProcess,
  startProcess,
} from '../runtime/supervised/supervised-process.ts'
import type { AppleCommand } from './apple-command.ts'
import type { AppleFolder } from './apple-folder.ts'
import { findContainer } from './find-container.ts'
import type { AppleRecord } from './container-record.ts'
import { startFailure } from './start-failure.ts'

/** How long those who waited for the start get to say what they want. */
const CALL_BACK_LIMIT_MS = 1000
/** `start --attach` does not say when it has started; each look is a process. */
const LOOK_MS = 100
/** Of the output's beginning, for what `container` itself may have to complain about. */
const HEAD_MAX = 4096

export type AppleSupervisorOptions = {
  folder: AppleFolder
  record: AppleRecord
  command: AppleCommand
  clock: Clock
}

/**
 * Holds `container start --attach` of one container, the only process that is ever told its exit code: keeps its
 * output, and hands input and output on to who attaches.
 */
export class AppleSupervisor {
  readonly #options: AppleSupervisorOptions
  readonly #audience = new Audience()
  readonly #log: OutputLog
  readonly #main = Promise.withResolvers<SupervisedProcess>()
  #head = ''

  constructor(options: AppleSupervisorOptions) {
    this.#options = options
    this.#log = new OutputLog(options.folder.log)
  }

  /** Resolves when the command runs, or has run; with what kept it from that. */
  async start(): Promise<StartError | undefined> {
    const { folder, record, command, clock } = this.#options
    await listen(folder.socket, (socket) => void this.#serve(socket))
    await this.#callBack()
    const input = record.stdin ? ['--interactive'] : []
    const main = startProcess({
      command: [command.program, 'start', '--attach', ...input, record.id],
      env: command.env,
      stdin: record.stdin,
      ...(record.tty ? { terminal: record.size ?? DEFAULT_SIZE } : {}),
      onOutput: (stream, bytes) => this.#keep(stream, bytes),
    })
    this.#main.resolve(main)
    const failure = await this.#untilStarted(main)
    if (failure !== undefined) return failure
    folder.writeStart({ startedAtMs: clock.now() })
    this.#tell('started')
    await this.#callBack()
    return undefined
  }

  /** Resolves once the end of the container is written down and everybody has been told. */
  async end(): Promise<void> {
    const { folder, clock } = this.#options
    const exitCode = await (await this.#main.promise).exited
    this.#log[Symbol.dispose]()
    folder.writeExit({ exitCode, finishedAtMs: clock.now() })
    rmSync(folder.socket, { force: true })
    this.#tell('exited', exitCode)
    await this.#audience.dismiss()
  }

  async #untilStarted(main: SupervisedProcess): Promise<StartError | undefined> {
    const { record, command } = this.#options
    const ended = main.exited.then(() => true)
    for (;;) {
      if (await Promise.race([ended, delay(LOOK_MS, false)]))
        return startFailure(await main.exited, this.#head)
      if ((await findContainer(command, record.id))?.status === 'running') return undefined
    }
  }

  async #keep(stream: StreamName, bytes: Uint8Array): Promise<void> {
    if (this.#head.length < HEAD_MAX) this.#head += Buffer.from(bytes).toString()
    this.#log.append(stream, bytes, this.#options.clock.now())
    await this.#audience.send(stream, bytes)
  }

  /** Calls everybody back who waits for the start, and hears what they want. */
  async #callBack(): Promise<void> {
    const { waiting } = this.#options.folder
    const heard = readdirSync(waiting).map(async (name) => {
      const path = join(waiting, name)
      try {
        await this.#serve(await connectSocket(path))
      } catch {
        // Whoever waited is gone.
      }
      rmSync(path, { force: true })
    })
    await Promise.race([Promise.all(heard), delay(CALL_BACK_LIMIT_MS, undefined, { ref: false })])
  }

  async #serve(socket: Socket): Promise<void> {
    const line = await readLine(socket)
    const order = line === undefined ? undefined : decodeOrder(line)
    if (order === undefined) return void socket.destroy()
    socket.write(`${OK}\n`)
    this.#carryOut(order, socket)
  }

  /** Whatever else is wanted of a container, `container` does for anybody. */
  #carryOut(order: Order, socket: Socket): void {
    if (order.verb === 'watch') this.#audience.watch(socket)
    else if (order.verb === 'attach') {
      this.#audience.attach(socket)
      void this.#main.promise.then((main) => followInput(socket, main, order))
    } else if (order.verb === 'resize') {
      void this.#main.promise.then((main) => main.resize(order.size))
      socket.end()
    } else socket.destroy()
  }

  #tell(kind: ContainerEvent['kind'], exitCode?: number): void {
    const { folder, record, clock } = this.#options
    recordEvent(dirname(folder.path), {
      kind,
      id: containerId(record.id),
      labels: record.labels,
      timeMs: clock.now(),
      ...(exitCode === undefined ? {} : { exitCode }),
    })
  }
}
