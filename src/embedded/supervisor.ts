import { closeSync, createReadStream, readdirSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { LineDecoder } from '../lib/line-decoder.ts'
import { childrenOf } from '../platform/child-processes.ts'
import type { Clock } from '../platform/clock.ts'
import type { Libc } from '../platform/libc.ts'
import { openPipe } from '../platform/pipe.ts'
import { signalNumber, signalProcess } from '../platform/signal-process.ts'
import { type ContainerEvent, containerId } from '../runtime/container-state.ts'
import type { StreamName } from '../runtime/container-stream.ts'
import { Audience } from '../runtime/supervised/audience.ts'
import type { ContainerFolder } from './container-folder.ts'
import type { ContainerRecord } from './container-record.ts'
import { recordEvent } from '../runtime/supervised/event-journal.ts'
import { Execs } from './execs.ts'
import { followInput } from '../runtime/supervised/input-frames.ts'
import { decodeOrder, OK, type Order } from '../runtime/supervised/orders.ts'
import { OutputLog } from '../runtime/supervised/output-log.ts'
import { relayToHost, relayToPorts } from './port-relay.ts'
import {
  DEFAULT_SIZE,
  type SupervisedProcess,
  startProcess,
} from '../runtime/supervised/supervised-process.ts'
import { CHAIN_ENV, COMPLAINING } from './sandbox-scripts.ts'
import { connectSocket, listen, readLine } from '../runtime/supervised/sockets.ts'

/** How long those who waited for the start get to say what they want. */
const CALL_BACK_LIMIT_MS = 1000
const SIGKILL = 9
const SIGTERM = 15

/** `failure`: as init told it, for whoever asked for the start. */
export type StartOutcome = { started: true } | { started: false; failure: string }

export type SupervisorOptions = {
  folder: ContainerFolder
  record: ContainerRecord
  selfCommand: readonly string[]
  libc: Libc
  clock: Clock
}

/**
 * Looks after one container from within its network namespace, but with the host's files: starts its first
 * process, keeps its output, and carries out orders. When this process dies, the kernel ends everything inside.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #audience = new Audience()
  readonly #log: OutputLog
  readonly #exited = Promise.withResolvers<number>()
  /** Resolves when nobody inside lives any more. */
  readonly #dead = Promise.withResolvers<void>()
  readonly #main = Promise.withResolvers<SupervisedProcess>()
  readonly #execs: Execs
  #mainPid = -1

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#log = new OutputLog(options.folder.log)
    this.#execs = new Execs(options.folder, options.record)
  }

  /** Starts the container; resolves when its command runs, or did not come to that. */
  async start(): Promise<StartOutcome> {
    const { folder, record, clock, selfCommand, libc } = this.#options
    await listen(folder.socket, (socket) => void this.#serve(socket))
    relayToPorts(folder.ports)
    for (const { port, socketPath } of record.spec.hostRelays) relayToHost(port, socketPath)
    await this.#callBack()
    const { readEnd, writeEnd } = openPipe(libc)
    const { spec } = record
    const main = startProcess({
      command: [
        'sh',
        '-c',
        COMPLAINING,
        folder.complaints,
        ...'unshare --mount --pid --ipc --uts --cgroup --fork --kill-child --'.split(' '),
        ...selfCommand,
        '__init',
        folder.path,
      ],
      env: { ...CHAIN_ENV },
      stdin: spec.stdin,
      ...(spec.tty ? { terminal: spec.size ?? DEFAULT_SIZE } : {}),
      extra: writeEnd,
      onOutput: (stream, bytes) => this.#keep(stream, bytes),
    })
    closeSync(writeEnd)
    this.#mainPid = main.pid
    this.#main.resolve(main)
    const outcome = await this.#followStatus(readEnd, main)
    if (outcome.started) {
      folder.writeStart({ startedAtMs: clock.now() })
      this.#tell('started')
      await this.#callBack()
    }
    return outcome
  }

  /** Resolves once the end of the container is written down and everybody has been told. */
  async end(): Promise<void> {
    const { folder, clock } = this.#options
    const exitCode = await this.#exited.promise
    this.#log[Symbol.dispose]()
    folder.writeExit({ exitCode, finishedAtMs: clock.now() })
    rmSync(folder.socket, { force: true })
    rmSync(folder.ports, { force: true })
    this.#tell('exited', exitCode)
    await this.#audience.dismiss()
  }

  /**
   * Reads what the first process reports: that the command runs, then its exit code. The end of the
   * report without a code means that it was killed.
   */
  #followStatus(readEnd: number, main: SupervisedProcess): Promise<StartOutcome> {
    const outcome = Promise.withResolvers<StartOutcome>()
    const lines = new LineDecoder()
    let exitCode = 128 + SIGKILL
    const status = createReadStream('', { fd: readEnd })
    status.on('data', (bytes) => {
      for (const line of lines.push(Buffer.from(bytes))) {
        const code = /^exit (\d+)$/.exec(line)?.[1]
        if (line === 'started') outcome.resolve({ started: true })
        else if (code !== undefined) exitCode = Number(code)
        else outcome.resolve({ started: false, failure: line })
      }
    })
    const ended = new Promise<void>((resolve) => {
      status.once('close', () => {
        this.#dead.resolve()
        resolve()
      })
    })
    void Promise.all([ended, main.exited]).then(() => {
      outcome.resolve({ started: false, failure: '' })
      this.#exited.resolve(exitCode)
    })
    return outcome.promise
  }

  async #keep(stream: StreamName, bytes: Uint8Array): Promise<void> {
    this.#log.append(stream, bytes, this.#options.clock.now())
    // What a dead command left is little, and waits for nobody.
    await Promise.race([this.#audience.send(stream, bytes), this.#dead.promise])
  }

  /** Calls everybody back who waits for the start, and hears what they want. */
  async #callBack(): Promise<void> {
    const { waiting } = this.#options.folder
    const names = readdirSync(waiting).sort()
    const limit = new Promise<void>((resolve) => {
      setTimeout(resolve, CALL_BACK_LIMIT_MS).unref()
    })
    const heard = names.map(async (name) => {
      const path = join(waiting, name)
      try {
        const socket = await connectSocket(path)
        await this.#serve(socket)
      } catch {
        // Whoever waited is gone.
      }
      rmSync(path, { force: true })
    })
    await Promise.race([Promise.all(heard), limit])
  }

  /** Resolves when the first line has been heard and acted on. */
  async #serve(socket: Socket): Promise<void> {
    const line = await readLine(socket)
    const order = line === undefined ? undefined : decodeOrder(line)
    if (order === undefined) return void socket.destroy()
    socket.write(`${OK}\n`)
    this.#carryOut(order, socket)
  }

  #carryOut(order: Order, socket: Socket): void {
    switch (order.verb) {
      case 'watch':
        return this.#audience.watch(socket)
      case 'attach':
        return this.#attach(socket, order.stdin)
      case 'exec':
        return void this.#execs.run(socket, order, this.#firstInside())
      case 'exec-exit':
        return void this.#execs.tellExit(socket, order.exec)
      case 'stop':
        this.#audience.watch(socket)
        return this.#stop(order.graceMs)
      case 'kill':
        this.#signal(order.signal)
        return void socket.end()
      case 'resize':
        void this.#main.promise.then((main) => main.resize(order.size))
        return void socket.end()
      default:
        return order satisfies never
    }
  }

  #attach(socket: Socket, stdin: boolean): void {
    this.#audience.attach(socket)
    // Those who waited for the start are heard before there is a process.
    void this.#main.promise.then((main) => followInput(socket, main, { stdin }))
  }

  #stop(graceMs: number): void {
    const { stopSignal } = this.#options.record.spec
    const first = stopSignal === undefined ? SIGTERM : (signalNumber(stopSignal) ?? SIGTERM)
    if (graceMs > 0) this.#signal(first)
    const limit = setTimeout(() => this.#signal(SIGKILL), graceMs)
    void this.#exited.promise.then(() => clearTimeout(limit))
  }

  /** To the command; SIGKILL to the first process, which takes all others with it. */
  #signal(signal: number): void {
    const first = this.#firstInside()
    if (first === undefined) return
    const [command] = childrenOf(first)
    const target = signal === SIGKILL ? first : command
    if (target !== undefined) signalProcess(target, signal)
  }

  #firstInside(): number | undefined {
    return childrenOf(this.#mainPid)[0]
  }

  #tell(kind: ContainerEvent['kind'], exitCode?: number): void {
    const { folder, record, clock } = this.#options
    recordEvent(dirname(folder.path), {
      kind,
      id: containerId(basename(folder.path)),
      labels: record.spec.labels,
      timeMs: clock.now(),
      ...(exitCode === undefined ? {} : { exitCode }),
    })
  }
}
