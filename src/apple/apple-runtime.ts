import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../platform/clock.ts'
import type { Flock } from '../platform/flock.ts'
import type { ProcessTable } from '../platform/process-identity.ts'
import { signalProcess } from '../platform/signal-process.ts'
import type {
  ContainerRuntime,
  EventSubscription,
  ExecSession,
  ExecSpec,
  ExitWait,
} from '../runtime/container-runtime.ts'
import type { ContainerSpec } from '../runtime/container-spec.ts'
import type { ContainerId, ContainerState, RuntimeInfo } from '../runtime/container-state.ts'
import type { ContainerStream, LogChunk, LogOptions } from '../runtime/container-stream.ts'
import { ContainerUnavailableError } from '../runtime/container-unavailable-error.ts'
import { isSelected, type LabelSelector } from '../runtime/labels.ts'
import { StartError } from '../runtime/start-error.ts'
import { JournalReader } from '../runtime/supervised/event-journal.ts'
import { ProcessStream } from '../runtime/supervised/process-stream.ts'
import { giveOrder, giveOrderOnceStarted } from '../runtime/supervised/supervisor-connection.ts'
import type { TerminalSize } from '../runtime/terminal-size.ts'
import { AppleBuilder } from './apple-builder.ts'
import type { AppleCommand } from './apple-command.ts'
import type { AppleFolder } from './apple-folder.ts'
import { AppleImages } from './apple-images.ts'
import type { AppleStore } from './apple-store.ts'
import { createContainer } from './create-container.ts'
import { appleEndpoint } from './endpoint.ts'
import { followEvents } from './event-stream.ts'
import { startExec } from './exec-session.ts'
import { exitOf } from './exit-of.ts'
import { findContainer, listContainers } from './find-container.ts'
import { readOutput } from './read-output.ts'
import { startContainer } from './start-container.ts'
import { stateOf } from './state-of.ts'

/** How long an end that was ordered may take beyond its grace; a virtual machine shuts down. */
const END_LIMIT_MS = 15_000
/** Deletes go on after their answer. */
const GONE_LIMIT_MS = 15_000
const POLL_MS = 50

export type AppleOptions = {
  store: AppleStore
  command: AppleCommand
  /** Of the virtual machines, as images name it: `arm64`. */
  architecture: string
  /** Starts this program again. */
  selfCommand: readonly string[]
  flock: Flock
  clock: Clock
  processes: ProcessTable
}

/**
 * Containers of Apple's `container` program, each in a virtual machine of its own. No networks, volumes or sidecars;
 * what the program does not keep (output with times, exit codes) a supervising process of ours does.
 */
export class AppleRuntime implements ContainerRuntime {
  readonly kind = 'apple'
  readonly endpoint: string
  readonly images: AppleImages
  readonly builder: AppleBuilder
  readonly #options: AppleOptions

  constructor(options: AppleOptions) {
    this.endpoint = appleEndpoint(options.store.root)
    this.images = new AppleImages(options.command, options.architecture)
    this.builder = new AppleBuilder(options.command, options.clock)
    this.#options = options
  }

  async ping(signal?: AbortSignal): Promise<RuntimeInfo> {
    const { command } = this.#options
    const status = await command.run(['system', 'status'], { signal })
    if (status.exitCode !== 0) throw command.notRunning()
    const { stdout } = await command.done(['--version'], { signal })
    const version = /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] ?? stdout.trim()
    return { kind: this.kind, description: `Apple container ${version}`, version, isLocal: true }
  }

  async ociRuntimes(): Promise<readonly string[]> {
    return []
  }

  create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerId> {
    return createContainer(spec, this.#options, signal)
  }

  async start(id: ContainerId, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const folder = this.#known(id)
    const { phase } = folder.condition(this.#options.flock)
    if (phase === 'running') return
    if (phase === 'exited') throw new StartError('a container of this runtime runs once', 125)
    await startContainer(folder, this.#options)
  }

  async stop(id: ContainerId, options: { graceMs: number; signal?: AbortSignal }): Promise<void> {
    const { graceMs, signal } = options
    const { command, store } = this.#options
    if ((await this.inspect(id, signal))?.phase !== 'running') return
    const folder = store.find(id)
    const graceful = ['--signal', folder?.record()?.stopSignal ?? 'SIGTERM']
    const seconds = String(Math.ceil(graceMs / 1000))
    const words =
      graceMs > 0
        ? ['stop', ...graceful, '--time', seconds, id]
        : ['kill', '--signal', 'SIGKILL', id]
    // One that has ended meanwhile is no error; whether it has is seen below.
    await command.run(words, { signal, limitMs: graceMs + END_LIMIT_MS })
    if (folder !== undefined) await this.#settle(folder, signal)
  }

  async kill(id: ContainerId, signalName: string, signal?: AbortSignal): Promise<void> {
    if ((await this.inspect(id, signal))?.phase !== 'running') return
    await this.#options.command.run(['kill', '--signal', signalName, id], { signal })
  }

  async remove(id: ContainerId, signal?: AbortSignal): Promise<void> {
    const { command, store } = this.#options
    await this.stop(id, { graceMs: 0, ...(signal === undefined ? {} : { signal }) })
    const answer = await command.run(['delete', '--force', id], { signal })
    const endMs = performance.now() + GONE_LIMIT_MS
    while ((await findContainer(command, id, signal)) !== undefined) {
      if (performance.now() > endMs)
        throw new Error(`container delete ${id}: it is still there; ${answer.stderr.trim()}`)
      await delay(POLL_MS)
    }
    store.remove(id)
  }

  wait(id: ContainerId, signal?: AbortSignal): ExitWait {
    const ready = Promise.withResolvers<void>()
    const exit = exitOf(id, { ...this.#options, ready: ready.resolve, signal })
    // Callers look at one of the two first; a failure is in both.
    exit.catch((error: unknown) => ready.reject(error))
    ready.promise.catch(() => undefined)
    return { ready: ready.promise, exit }
  }

  async inspect(id: ContainerId, signal?: AbortSignal): Promise<ContainerState | undefined> {
    const { command, store, flock } = this.#options
    const container = await findContainer(command, id, signal)
    return container && stateOf(container, store.find(id), flock)
  }

  async list(selector: LabelSelector, signal?: AbortSignal): Promise<ContainerState[]> {
    const { command, store, flock } = this.#options
    const containers = await listContainers(command, signal)
    return containers
      .filter(({ labels }) => isSelected(selector, labels))
      .sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)))
      .map((container) => stateOf(container, store.find(container.id), flock))
  }

  async *logs(
    id: ContainerId,
    options: LogOptions,
    signal?: AbortSignal,
  ): AsyncGenerator<LogChunk> {
    signal?.throwIfAborted()
    yield* readOutput(this.#known(id), options, { flock: this.#options.flock, signal })
  }

  async attach(
    id: ContainerId,
    options: { stdin: boolean; tty: boolean },
    signal?: AbortSignal,
  ): Promise<ContainerStream> {
    signal?.throwIfAborted()
    const folder = this.#known(id)
    const { flock } = this.#options
    if (folder.condition(flock).phase === 'exited')
      throw new ContainerUnavailableError(id, 'not-running')
    const order = { verb: 'attach', stdin: options.stdin } as const
    const { listening, socket } = giveOrderOnceStarted(folder, order, { libc: flock, signal })
    await listening
    return new ProcessStream(socket)
  }

  async exec(id: ContainerId, spec: ExecSpec, signal?: AbortSignal): Promise<ExecSession> {
    signal?.throwIfAborted()
    const { flock, command } = this.#options
    if (this.#known(id).condition(flock).phase !== 'running')
      throw new ContainerUnavailableError(id, 'not-running')
    return startExec(command, id, spec)
  }

  async resize(id: ContainerId, size: TerminalSize): Promise<void> {
    const folder = this.#options.store.find(id)
    const socket = folder && (await giveOrder(folder, { verb: 'resize', size }))
    socket?.destroy()
  }

  events(selector: LabelSelector, signal: AbortSignal): EventSubscription {
    const { store } = this.#options
    store.open()
    const { root } = store
    const journal = new JournalReader(root)
    const list = (): Promise<ContainerState[]> => this.list(selector, signal)
    const events = followEvents({ root, journal, selector, signal, list })
    return { ready: Promise.resolve(), events }
  }

  /** Waits until a container's supervising process has written down how it ended; ends one that does not come to it. */
  async #settle(folder: AppleFolder, signal?: AbortSignal): Promise<void> {
    const { flock, processes } = this.#options
    const endMs = performance.now() + END_LIMIT_MS
    while (folder.isSupervised(flock)) {
      signal?.throwIfAborted()
      const owner = folder.owner()
      if (performance.now() > endMs && owner !== undefined && processes.isAlive(owner))
        signalProcess(owner.pid, 9)
      await delay(POLL_MS)
    }
  }

  #known(id: ContainerId): AppleFolder {
    const folder = this.#options.store.find(id)
    if (folder === undefined) throw new ContainerUnavailableError(id, 'missing')
    return folder
  }
}
