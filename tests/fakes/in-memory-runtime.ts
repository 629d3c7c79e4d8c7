import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

import { byText } from '../../src/lib/by-text.ts'
import type {
  ContainerRuntime,
  EventSubscription,
  ExecSession,
  ExecSpec,
  ExitWait,
} from '../../src/runtime/container-runtime.ts'
import type { ContainerSpec } from '../../src/runtime/container-spec.ts'
import {
  containerId,
  type ContainerEvent,
  type ContainerId,
  type ContainerState,
  type RuntimeInfo,
} from '../../src/runtime/container-state.ts'
import type { ContainerStream, LogChunk, LogOptions } from '../../src/runtime/container-stream.ts'
import { ContainerUnavailableError } from '../../src/runtime/container-unavailable-error.ts'
import type { LabelSelector } from '../../src/runtime/labels.ts'
import { MissingImageError } from '../../src/runtime/missing-image-error.ts'
import type { TerminalSize } from '../../src/runtime/terminal-size.ts'
import { StartError } from '../../src/runtime/start-error.ts'
import { InMemoryContainer, untilAborted } from './in-memory-container.ts'
import {
  InMemoryImages,
  InMemoryNetworks,
  InMemoryVolumes,
  isSelected,
} from './in-memory-stores.ts'
import { isKnownCommand } from './tiny-shell.ts'

/**
 * A runtime whose containers are objects of this process and whose programs are those of the tiny shell.
 * It keeps the contract that tests/contract/runtime checks, so code above runtimes can be tested with it.
 */
export class InMemoryRuntime implements ContainerRuntime {
  readonly kind = 'docker'
  readonly endpoint: string
  readonly images = new InMemoryImages()
  readonly networks = new InMemoryNetworks()
  readonly volumes = new InMemoryVolumes()
  readonly #containers = new Map<ContainerId, InMemoryContainer>()
  readonly #listeners = new Set<(event: ContainerEvent) => void>()
  #nextPort = 49_152

  constructor(endpoint = 'unix:///in-memory.sock') {
    this.endpoint = endpoint
  }

  async ping(signal?: AbortSignal): Promise<RuntimeInfo> {
    signal?.throwIfAborted()
    return { kind: this.kind, description: 'In-memory 1', version: '1', isLocal: true }
  }

  async ociRuntimes(): Promise<readonly string[]> {
    return ['runc']
  }

  async create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerId> {
    signal?.throwIfAborted()
    if (!this.images.has(spec.image)) throw new MissingImageError(spec.image)
    for (const { source } of spec.mounts) {
      if (!existsSync(source))
        throw new StartError(`the mount's source ${source} does not exist`, 125)
    }
    if (this.#all().some((container) => container.spec.name === spec.name)) {
      throw new StartError(`there is a container named "${spec.name}" already`, 125)
    }
    const id = containerId(randomUUID().replaceAll('-', ''))
    this.#containers.set(id, new InMemoryContainer(id, spec))
    this.#emit('created', id)
    return id
  }

  async start(id: ContainerId, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const container = this.#known(id)
    if (container.phase !== 'created') return
    const argv = container.spec.command ?? ['sh']
    if (!isKnownCommand(argv)) {
      throw new StartError(`the command "${argv[0]}" was not found in the image`, 127)
    }
    container.start({
      argv,
      hostPorts: container.spec.ports.map(() => this.#nextPort++),
      onExit: () => this.#emit('exited', id),
    })
    this.#emit('started', id)
  }

  async stop(id: ContainerId, options: { graceMs: number; signal?: AbortSignal }): Promise<void> {
    options.signal?.throwIfAborted()
    const container = this.#containers.get(id)
    if (container?.phase !== 'running') return
    container.deliver(container.spec.stopSignal ?? 'SIGTERM')
    const late = delay(options.graceMs, 'late', { ref: false })
    if ((await Promise.race([container.exited.promise, late])) === 'late')
      container.deliver('SIGKILL')
    await untilAborted(container.exited.promise, options.signal)
  }

  async kill(id: ContainerId, signalName: string): Promise<void> {
    this.#containers.get(id)?.deliver(signalName)
  }

  async remove(id: ContainerId): Promise<void> {
    const container = this.#containers.get(id)
    if (container === undefined) return
    if (container.phase === 'running') {
      container.deliver('SIGKILL')
      await container.exited.promise
    }
    // While that was waited for, somebody else may have been faster.
    if (!this.#containers.has(id)) return
    this.#emit('removed', id)
    this.#containers.delete(id)
  }

  wait(id: ContainerId, signal?: AbortSignal): ExitWait {
    const container = this.#containers.get(id)
    const exit = container
      ? untilAborted(container.exited.promise, signal)
      : Promise.reject(new ContainerUnavailableError(id, 'missing'))
    const ready = container ? Promise.resolve() : exit.then(() => undefined)
    exit.catch(() => undefined)
    ready.catch(() => undefined)
    return { ready, exit }
  }

  async inspect(id: ContainerId, signal?: AbortSignal): Promise<ContainerState | undefined> {
    signal?.throwIfAborted()
    return this.#containers.get(id)?.state()
  }

  async list(selector: LabelSelector, signal?: AbortSignal): Promise<ContainerState[]> {
    signal?.throwIfAborted()
    return this.#all()
      .filter(({ spec }) => isSelected(selector, spec.labels))
      .map((container) => container.state())
      .sort(byText(({ name }) => name))
  }

  async *logs(
    id: ContainerId,
    options: LogOptions,
    signal?: AbortSignal,
  ): AsyncGenerator<LogChunk> {
    yield* this.#known(id).logs(options, signal)
  }

  async attach(
    id: ContainerId,
    options: { stdin: boolean; tty: boolean },
    signal?: AbortSignal,
  ): Promise<ContainerStream> {
    signal?.throwIfAborted()
    return this.#known(id).attach(options)
  }

  async exec(id: ContainerId, command: ExecSpec, signal?: AbortSignal): Promise<ExecSession> {
    signal?.throwIfAborted()
    const container = this.#known(id)
    if (container.phase !== 'running') throw new ContainerUnavailableError(id, 'not-running')
    return container.exec(command)
  }

  async resize(id: ContainerId, size: TerminalSize): Promise<void> {
    this.#containers.get(id)?.resize(size)
  }

  events(selector: LabelSelector, signal: AbortSignal): EventSubscription {
    const queue: ContainerEvent[] = []
    let wake = Promise.withResolvers<void>()
    const listener = (event: ContainerEvent): void => {
      if (!isSelected(selector, event.labels)) return
      queue.push(event)
      wake.resolve()
    }
    this.#listeners.add(listener)
    signal.addEventListener('abort', () => this.#listeners.delete(listener), { once: true })
    async function* read(): AsyncGenerator<ContainerEvent> {
      for (;;) {
        signal.throwIfAborted()
        const event = queue.shift()
        if (event !== undefined) yield event
        else await untilAborted(wake.promise, signal)
        if (queue.length === 0) wake = Promise.withResolvers()
      }
    }
    return { ready: Promise.resolve(), events: read() }
  }

  #all(): InMemoryContainer[] {
    return [...this.#containers.values()]
  }

  #known(id: ContainerId): InMemoryContainer {
    const container = this.#containers.get(id)
    if (container === undefined) throw new ContainerUnavailableError(id, 'missing')
    return container
  }

  #emit(kind: ContainerEvent['kind'], id: ContainerId): void {
    const { labels, exitCode } = this.#known(id).state()
    const event: ContainerEvent = {
      kind,
      id,
      labels,
      timeMs: Date.now(),
      ...(kind === 'exited' && exitCode !== undefined && { exitCode }),
    }
    for (const listener of this.#listeners) listener(event)
  }
}
