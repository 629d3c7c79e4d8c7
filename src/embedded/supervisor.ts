import { closeSync, createReadStream, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { basename } from 'node:path'
import { LineDecoder } from '../lib/line-decoder.ts'
import { childrenOf } from '../platform/child-processes.ts'
import type { Clock } from '../platform/clock.ts'
import type { Libc } from '../platform/libc.ts'
import { openPipe } from '../platform/pipe.ts'
import { signalNumber, signalProcess } from '../platform/signal-process.ts'
import { containerId } from '../runtime/container-state.ts'
import type { StreamName } from '../runtime/container-stream.ts'
import type { ContainerFolder } from './container-folder.ts'
import type { ContainerRecord } from './container-record.ts'
import { Execs } from './execs.ts'
import { relayToHost, relayToPorts } from './port-relay.ts'
import {
  DEFAULT_SIZE,
  type SupervisedProcess,
  startProcess,
} from '../runtime/supervised/supervised-process.ts'
import { type OwnOrder, Supervision } from '../runtime/supervised/supervision.ts'
import { CHAIN_ENV, COMPLAINING } from './sandbox-scripts.ts'

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
  readonly #supervision: Supervision
  readonly #exited = Promise.withResolvers<number>()
  /** Resolves when nobody inside lives any more. */
  readonly #dead = Promise.withResolvers<void>()
  readonly #execs: Execs
  #mainPid = -1

  constructor(options: SupervisorOptions) {
    this.#options = options
    const { folder, record, clock } = options
    this.#supervision = new Supervision({
      folder,
      container: { id: containerId(basename(folder.path)), labels: record.spec.labels },
      clock,
      carryOut: (order, socket) => this.#carryOut(order, socket),
    })
    this.#execs = new Execs(folder, record)
  }

  /** Starts the container; resolves when its command runs, or did not come to that. */
  async start(): Promise<StartOutcome> {
    const { folder, record, selfCommand, libc } = this.#options
    relayToPorts(folder.ports)
    for (const { port, socketPath } of record.spec.hostRelays) relayToHost(port, socketPath)
    await this.#supervision.open()
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
    this.#supervision.feed(main)
    const outcome = await this.#followStatus(readEnd, main)
    if (outcome.started) await this.#supervision.begin()
    return outcome
  }

  /** Resolves once the end of the container is written down and everybody has been told. */
  async end(): Promise<void> {
    const exitCode = await this.#exited.promise
    rmSync(this.#options.folder.ports, { force: true })
    await this.#supervision.end(exitCode)
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
    // What a dead command left is little, and waits for nobody.
    await Promise.race([this.#supervision.keep(stream, bytes), this.#dead.promise])
  }

  #carryOut(order: OwnOrder, socket: Socket): void {
    switch (order.verb) {
      case 'exec':
        return void this.#execs.run(socket, order, this.#firstInside())
      case 'exec-exit':
        return void this.#execs.tellExit(socket, order.exec)
      case 'stop':
        this.#supervision.watch(socket)
        return this.#stop(order.graceMs)
      case 'kill':
        this.#signal(order.signal)
        return void socket.end()
      default:
        return order satisfies never
    }
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
}
