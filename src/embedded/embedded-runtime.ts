import { existsSync } from 'node:fs'
import { release } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../platform/clock.ts'
import type { Libc } from '../platform/libc.ts'
import { ensurePrivateDirectory } from '../platform/private-directory.ts'
import type { ProcessTable } from '../platform/process-identity.ts'
import { signalNumber, signalProcess } from '../platform/signal-process.ts'
import type {
  ContainerRuntime,
  EventSubscription,
  ExecSession,
  ExecSpec,
  ExitWait,
} from '../runtime/container-runtime.ts'
import type { ContainerSpec } from '../runtime/container-spec.ts'
import type {
  ContainerId,
  ContainerState,
  ExitStatus,
  RuntimeInfo,
} from '../runtime/container-state.ts'
import type { ContainerStream, LogChunk, LogOptions } from '../runtime/container-stream.ts'
import { ContainerUnavailableError } from '../runtime/container-unavailable-error.ts'
import type { LabelSelector } from '../runtime/labels.ts'
import { StartError } from '../runtime/start-error.ts'
import type { TerminalSize } from '../runtime/terminal-size.ts'
import type { ContainerFolder } from './container-folder.ts'
import { ContainerStore } from './container-store.ts'
import { embeddedEndpoint } from './endpoint.ts'
import { followEvents } from './event-stream.ts'
import { startExec } from './exec-session.ts'
import { Growth } from '../runtime/supervised/growth.ts'
import { readLog } from '../runtime/supervised/log-reader.ts'
import { probeNamespaces } from './namespaces.ts'
import { ProcessStream } from '../runtime/supervised/process-stream.ts'
import { startContainer } from './start-container.ts'
import { untilClosed } from '../runtime/supervised/sockets.ts'
import { giveOrder, giveOrderOnceStarted } from '../runtime/supervised/supervisor-connection.ts'

/** How long an end that was ordered may take beyond its grace before the chain is killed from outside. */
const END_LIMIT_MS = 5000
const LOCK_POLL_MS = 2

export type EmbeddedOptions = {
  /** Folder of the containers' files, 0700. */
  root: string
  /** Starts this program again. */
  selfCommand: readonly string[]
  host: { uid: number; gid: number }
  libc: Libc
  clock: Clock
  processes: ProcessTable
}

/**
 * Containers without an engine: Linux namespaces on this machine's own read-only system, made by util-linux.
 * Everything about them is in files, so any process of the same user can go on where another ended.
 */
export class EmbeddedRuntime implements ContainerRuntime {
  readonly kind = 'embedded'
  readonly relaysToHost = true
  readonly endpoint: string
  readonly #options: EmbeddedOptions
  readonly #store: ContainerStore

  constructor(options: EmbeddedOptions) {
    this.endpoint = embeddedEndpoint(options.root)
    this.#options = options
    this.#store = new ContainerStore(options.root, options)
  }

  async ping(signal?: AbortSignal): Promise<RuntimeInfo> {
    signal?.throwIfAborted()
    await probeNamespaces(this.endpoint, signal)
    const version = release()
    return { kind: this.kind, description: `embedded (Linux ${version})`, version, isLocal: true }
  }

  async ociRuntimes(): Promise<readonly string[]> {
    return []
  }

  async create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerId> {
    signal?.throwIfAborted()
    return this.#store.create(spec, this.#options.host)
  }

  async start(id: ContainerId, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const folder = this.#known(id)
    const { phase } = folder.condition(this.#options.libc)
    if (phase === 'running') return
    if (phase === 'exited') throw new StartError('a container of this runtime runs once', 125)
    await startContainer(folder, this.#options)
  }

  async stop(id: ContainerId, options: { graceMs: number; signal?: AbortSignal }): Promise<void> {
    const { graceMs, signal } = options
    signal?.throwIfAborted()
    const folder = this.#store.find(id)
    if (folder === undefined) return
    const socket = await giveOrder(folder, { verb: 'stop', graceMs })
    if (socket !== undefined) await untilClosed(socket, { limitMs: graceMs + END_LIMIT_MS, signal })
    await this.#settle(folder, signal)
  }

  async kill(id: ContainerId, signalName: string): Promise<void> {
    const signal = signalNumber(signalName)
    const folder = this.#store.find(id)
    if (signal === undefined || folder === undefined) return
    const socket = await giveOrder(folder, { verb: 'kill', signal })
    if (socket !== undefined) await untilClosed(socket, { limitMs: END_LIMIT_MS })
  }

  async remove(id: ContainerId, signal?: AbortSignal): Promise<void> {
    await this.stop(id, { graceMs: 0, ...(signal === undefined ? {} : { signal }) })
    this.#store.remove(id)
  }

  wait(id: ContainerId, signal?: AbortSignal): ExitWait {
    const ready = Promise.withResolvers<void>()
    const exit = this.#exitOf(id, ready.resolve, signal)
    // Callers look at one of the two first; a failure is in both.
    exit.catch((error: unknown) => ready.reject(error))
    ready.promise.catch(() => undefined)
    return { ready: ready.promise, exit }
  }

  async inspect(id: ContainerId, signal?: AbortSignal): Promise<ContainerState | undefined> {
    signal?.throwIfAborted()
    return this.#store.state(id)
  }

  async list(selector: LabelSelector, signal?: AbortSignal): Promise<ContainerState[]> {
    signal?.throwIfAborted()
    return this.#store.list(selector)
  }

  logs(id: ContainerId, options: LogOptions, signal?: AbortSignal): AsyncGenerator<LogChunk> {
    return options.follow
      ? this.#followLogs(id, options, signal)
      : this.#storedLogs(id, options, signal)
  }

  async *#storedLogs(
    id: ContainerId,
    options: LogOptions,
    signal?: AbortSignal,
  ): AsyncGenerator<LogChunk> {
    signal?.throwIfAborted()
    yield* readLog(this.#known(id).log, options, async () => false)
  }

  async *#followLogs(
    id: ContainerId,
    options: LogOptions,
    signal?: AbortSignal,
  ): AsyncGenerator<LogChunk> {
    signal?.throwIfAborted()
    const folder = this.#known(id)
    const order = { verb: 'watch' } as const
    const watching = giveOrderOnceStarted(folder, order, { libc: this.#options.libc, signal })
    using more = new Growth(watching.socket, signal)
    yield* readLog(folder.log, options, () => more.next())
  }

  async attach(
    id: ContainerId,
    options: { stdin: boolean; tty: boolean },
    signal?: AbortSignal,
  ): Promise<ContainerStream> {
    signal?.throwIfAborted()
    const folder = this.#known(id)
    const { libc } = this.#options
    if (folder.condition(libc).phase === 'exited')
      throw new ContainerUnavailableError(id, 'not-running')
    const order = { verb: 'attach', stdin: options.stdin } as const
    const { listening, socket } = giveOrderOnceStarted(folder, order, { libc, signal })
    await listening
    return new ProcessStream(socket)
  }

  async exec(id: ContainerId, command: ExecSpec, signal?: AbortSignal): Promise<ExecSession> {
    signal?.throwIfAborted()
    return startExec(this.#known(id), id, command)
  }

  async resize(id: ContainerId, size: TerminalSize): Promise<void> {
    const folder = this.#store.find(id)
    const socket = folder && (await giveOrder(folder, { verb: 'resize', size }))
    socket?.destroy()
  }

  events(selector: LabelSelector, signal: AbortSignal): EventSubscription {
    const { root, host } = this.#options
    // Not in a state folder that somebody removed: whoever follows events does not bring it back.
    if (existsSync(dirname(root))) ensurePrivateDirectory(root, host.uid)
    return { ready: Promise.resolve(), events: followEvents(this.#store, selector, signal) }
  }

  async #exitOf(
    id: ContainerId,
    ready: () => void,
    signal: AbortSignal | undefined,
  ): Promise<ExitStatus> {
    const { libc } = this.#options
    for (;;) {
      signal?.throwIfAborted()
      const folder = this.#known(id)
      const { phase, exit } = folder.condition(libc)
      if (exit !== undefined) {
        ready()
        return {
          exitCode: exit.exitCode,
          ...(exit.error === undefined ? {} : { error: exit.error }),
        }
      }
      const watching = giveOrderOnceStarted(folder, { verb: 'watch' }, { libc, signal })
      await watching.listening
      ready()
      const socket = await watching.socket
      if (socket !== undefined) await untilClosed(socket, { signal })
      else if (phase === 'running') await delay(LOCK_POLL_MS)
    }
  }

  /** Waits until nothing of a container lives any more; kills what does not end by itself. */
  async #settle(folder: ContainerFolder, signal?: AbortSignal): Promise<void> {
    const { libc, processes } = this.#options
    const endMs = performance.now() + END_LIMIT_MS
    while (folder.isSupervised(libc)) {
      signal?.throwIfAborted()
      if (performance.now() > endMs) {
        const owner = folder.owner()
        if (owner !== undefined && processes.isAlive(owner)) signalProcess(owner.pid, 9)
      }
      await delay(LOCK_POLL_MS)
    }
  }

  #known(id: ContainerId): ContainerFolder {
    const folder = this.#store.find(id)
    if (folder === undefined) throw new ContainerUnavailableError(id, 'missing')
    return folder
  }
}
