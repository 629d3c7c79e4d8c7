import { existsSync } from 'node:fs'
import { release } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../platform/clock.ts'
import type { Libc } from '../platform/libc.ts'
import { ensurePrivateDirectory } from '../platform/private-directory.ts'
import type { ProcessTable } from '../platform/process-identity.ts'
import { signalNumber } from '../platform/signal-process.ts'
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
import type { TerminalSize } from '../runtime/terminal-size.ts'
import { endSupervisor } from '../runtime/supervised/end-supervisor.ts'
import { exitWait, watchSupervisor } from '../runtime/supervised/exit-watch.ts'
import { folderEndpoint } from '../runtime/supervised/folder-endpoint.ts'
import { attachToMain, resizeMain } from '../runtime/supervised/main-process.ts'
import { readOutput } from '../runtime/supervised/read-output.ts'
import { untilClosed } from '../runtime/supervised/sockets.ts'
import { exitStatus } from '../runtime/supervised/supervision-records.ts'
import { giveOrder } from '../runtime/supervised/supervisor-connection.ts'
import type { ContainerFolder } from './container-folder.ts'
import { ContainerStore } from './container-store.ts'
import { followEvents } from './event-stream.ts'
import { startExec } from './exec-session.ts'
import { probeNamespaces } from './namespaces.ts'
import { startContainer } from './start-container.ts'

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
    this.endpoint = folderEndpoint(this.kind, options.root)
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
    await startContainer(this.#known(id), this.#options)
  }

  async stop(id: ContainerId, options: { graceMs: number; signal?: AbortSignal }): Promise<void> {
    const { graceMs, signal } = options
    signal?.throwIfAborted()
    const folder = this.#store.find(id)
    if (folder === undefined) return
    const socket = await giveOrder(folder, { verb: 'stop', graceMs })
    if (socket !== undefined) await untilClosed(socket, { limitMs: graceMs + END_LIMIT_MS, signal })
    const { libc: flock, processes } = this.#options
    const limits = { limitMs: END_LIMIT_MS, pollMs: LOCK_POLL_MS }
    await endSupervisor(folder, { flock, processes, ...limits, signal })
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
    return exitWait((ready) => this.#exitOf(id, ready, signal))
  }

  async inspect(id: ContainerId, signal?: AbortSignal): Promise<ContainerState | undefined> {
    signal?.throwIfAborted()
    return this.#store.state(id)
  }

  async list(selector: LabelSelector, signal?: AbortSignal): Promise<ContainerState[]> {
    signal?.throwIfAborted()
    return this.#store.list(selector)
  }

  async *logs(
    id: ContainerId,
    options: LogOptions,
    signal?: AbortSignal,
  ): AsyncGenerator<LogChunk> {
    signal?.throwIfAborted()
    yield* readOutput(this.#known(id), options, { flock: this.#options.libc, signal })
  }

  async attach(
    id: ContainerId,
    options: { stdin: boolean; tty: boolean },
    signal?: AbortSignal,
  ): Promise<ContainerStream> {
    signal?.throwIfAborted()
    const { libc: flock } = this.#options
    return attachToMain(id, this.#known(id), { stdin: options.stdin, flock, signal })
  }

  async exec(id: ContainerId, command: ExecSpec, signal?: AbortSignal): Promise<ExecSession> {
    signal?.throwIfAborted()
    return startExec(this.#known(id), id, command)
  }

  async resize(id: ContainerId, size: TerminalSize): Promise<void> {
    const folder = this.#store.find(id)
    if (folder !== undefined) await resizeMain(folder, size)
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
    const { libc: flock } = this.#options
    for (;;) {
      signal?.throwIfAborted()
      const folder = this.#known(id)
      const { phase, exit } = folder.condition(flock)
      if (exit !== undefined) {
        ready()
        return exitStatus(exit)
      }
      const wasThere = await watchSupervisor(folder, { flock, ready, signal })
      if (!wasThere && phase === 'running') await delay(LOCK_POLL_MS)
    }
  }

  #known(id: ContainerId): ContainerFolder {
    const folder = this.#store.find(id)
    if (folder === undefined) throw new ContainerUnavailableError(id, 'missing')
    return folder
  }
}
