import { setTimeout as delay } from 'node:timers/promises'
import { byText } from '../lib/by-text.ts'
import type { Clock } from '../platform/clock.ts'
import type { Flock } from '../platform/flock.ts'
import type { ProcessTable } from '../platform/process-identity.ts'
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
import { endSupervisor } from '../runtime/supervised/end-supervisor.ts'
import { exitWait } from '../runtime/supervised/exit-watch.ts'
import { folderEndpoint } from '../runtime/supervised/folder-endpoint.ts'
import { attachToMain, resizeMain } from '../runtime/supervised/main-process.ts'
import { readOutput } from '../runtime/supervised/read-output.ts'
import type { TerminalSize } from '../runtime/terminal-size.ts'
import { AppleBuilder } from './apple-builder.ts'
import type { AppleCommand } from './apple-command.ts'
import type { AppleFolder } from './apple-folder.ts'
import { AppleImages } from './apple-images.ts'
import type { AppleStore } from './apple-store.ts'
import { createContainer } from './create-container.ts'
import { followEvents } from './event-stream.ts'
import { startExec } from './exec-session.ts'
import { exitOf } from './exit-of.ts'
import { findContainer, listContainers } from './find-container.ts'
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
    this.endpoint = folderEndpoint('apple', options.store.root)
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
    await startContainer(this.#known(id), this.#options)
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
    if (folder === undefined) return
    const limits = { limitMs: END_LIMIT_MS, pollMs: POLL_MS }
    await endSupervisor(folder, { ...this.#options, ...limits, signal })
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
    return exitWait((ready) => exitOf(id, { ...this.#options, ready, signal }))
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
      .sort(byText(({ id }) => id))
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
    const { flock } = this.#options
    return attachToMain(id, this.#known(id), { stdin: options.stdin, flock, signal })
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
    if (folder !== undefined) await resizeMain(folder, size)
  }

  events(selector: LabelSelector, signal: AbortSignal): EventSubscription {
    const { store } = this.#options
    store.open()
    const { root } = store
    const list = (): Promise<ContainerState[]> => this.list(selector, signal)
    const events = followEvents({ root, selector, signal, list })
    return { ready: Promise.resolve(), events }
  }

  #known(id: ContainerId): AppleFolder {
    const folder = this.#options.store.find(id)
    if (folder === undefined) throw new ContainerUnavailableError(id, 'missing')
    return folder
  }
}
