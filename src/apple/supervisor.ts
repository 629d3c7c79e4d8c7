import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../platform/clock.ts'
import { containerId } from '../runtime/container-state.ts'
import type { StreamName } from '../runtime/container-stream.ts'
import type { StartError } from '../runtime/start-error.ts'
import {
  DEFAULT_SIZE,
  type SupervisedProcess,
  startProcess,
} from '../runtime/supervised/supervised-process.ts'
import { Supervision } from '../runtime/supervised/supervision.ts'
import type { AppleCommand } from './apple-command.ts'
import type { AppleFolder } from './apple-folder.ts'
import { findContainer } from './find-container.ts'
import type { AppleRecord } from './container-record.ts'
import { startFailure } from './start-failure.ts'

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
  readonly #supervision: Supervision
  readonly #exited = Promise.withResolvers<number>()
  #head = ''

  constructor(options: AppleSupervisorOptions) {
    this.#options = options
    const { folder, record, clock } = options
    this.#supervision = new Supervision({
      folder,
      container: { id: containerId(record.id), labels: record.labels },
      clock,
      // Whatever else is wanted of a container, `container` does for anybody.
      carryOut: (_order, socket) => void socket.destroy(),
    })
  }

  /** Resolves when the command runs, or has run; with what kept it from that. */
  async start(): Promise<StartError | undefined> {
    const { record, command } = this.#options
    await this.#supervision.open()
    const input = record.stdin ? ['--interactive'] : []
    const main = startProcess({
      command: [command.program, 'start', '--attach', ...input, record.id],
      env: command.env,
      stdin: record.stdin,
      ...(record.tty ? { terminal: record.size ?? DEFAULT_SIZE } : {}),
      onOutput: (stream, bytes) => this.#keep(stream, bytes),
    })
    this.#supervision.feed(main)
    const failure = await this.#untilStarted(main)
    if (failure !== undefined) return failure
    this.#exited.resolve(main.exited)
    await this.#supervision.begin()
    return undefined
  }

  /** Resolves once the end of the container is written down and everybody has been told. */
  async end(): Promise<void> {
    await this.#supervision.end(await this.#exited.promise)
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
    await this.#supervision.keep(stream, bytes)
  }
}
