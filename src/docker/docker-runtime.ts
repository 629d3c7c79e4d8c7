import type { Duplex } from 'node:stream'

import type { Environment } from '../platform/host.ts'
import { selfCommand } from '../platform/self-command.ts'
import type {
  ContainerRuntime,
  EventSubscription,
  ExecSession,
  ExecSpec,
  ExitWait,
} from '../runtime/container-runtime.ts'
import type { ContainerSpec } from '../runtime/container-spec.ts'
import type { ContainerId, ContainerState, RuntimeInfo } from '../runtime/container-state.ts'
import type {
  ContainerStream,
  LogChunk,
  LogOptions,
  OutputChunk,
} from '../runtime/container-stream.ts'
import type { LabelSelector } from '../runtime/labels.ts'
import type { TerminalSize } from '../runtime/terminal-size.ts'

import { dialBuildkit, hasBuildkit } from './buildkit-dial.ts'
import { ClassicBuilder } from './classic-builder.ts'
import { Containers } from './containers.ts'
import { DockerDiskUse } from './disk-use.ts'
import type { EngineClient } from './engine-client.ts'
import { decodeEvents, openEvents } from './events.ts'
import { DockerConfinement } from './docker-confinement.ts'
import { execOutput } from './exec-output.ts'
import { Execs } from './exec.ts'
import { waitForExit } from './exit-wait.ts'
import { HijackedStream } from './hijacked-stream.ts'
import { DockerImages } from './images.ts'
import { DockerNetworks } from './networks.ts'
import { storedLogs } from './stored-logs.ts'
import { engineInfo, engineOciRuntimes } from './system.ts'
import { ownVolumes } from './own-volumes.ts'
import { DockerVolumes } from './volumes.ts'

export type DockerRuntimeOptions = {
  /** False when the engine's 127.0.0.1 and paths are another machine's. */
  isLocal: boolean
  /** A new connection to the engine, for what is not HTTP/1. */
  openConnection: (signal: AbortSignal) => Promise<Duplex>
  /** Where logins at registries are found. */
  env: Environment
  home: string
}

/** Containers on a Docker engine (or one that speaks its API: Podman). */
export class DockerRuntime implements ContainerRuntime {
  readonly kind = 'docker'
  readonly endpoint: string
  readonly images: DockerImages
  readonly networks: DockerNetworks
  /** Absent: what this program could write rules with is not on the engine's machine. */
  readonly confinement?: DockerConfinement
  readonly volumes: DockerVolumes
  readonly disk: DockerDiskUse
  readonly builder: ClassicBuilder
  /** The engine itself, for what is not of containers: BuildKit's `/grpc` and `/session`. */
  readonly client: EngineClient
  readonly #isLocal: boolean
  readonly #openConnection: DockerRuntimeOptions['openConnection']
  readonly #containers: Containers
  readonly #execs: Execs

  constructor(client: EngineClient, options: DockerRuntimeOptions) {
    this.client = client
    this.endpoint = client.endpoint
    this.images = new DockerImages(client, options)
    this.networks = new DockerNetworks(client)
    this.volumes = new DockerVolumes(client)
    this.disk = new DockerDiskUse(client)
    this.builder = new ClassicBuilder(client, this.images)
    this.#isLocal = options.isLocal
    this.#openConnection = options.openConnection
    this.#containers = new Containers(client)
    this.#execs = new Execs(client)
    if (options.isLocal)
      this.confinement = new DockerConfinement(client, this.#containers, selfCommand())
  }

  ping(signal?: AbortSignal): Promise<RuntimeInfo> {
    return engineInfo(this.client, { isLocal: this.#isLocal, signal })
  }

  ociRuntimes(signal?: AbortSignal): Promise<readonly string[]> {
    return engineOciRuntimes(this.client, signal)
  }

  async create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerId> {
    const id = await this.#containers.create(spec, signal)
    try {
      await ownVolumes(this.client, id, spec, signal)
    } catch (error) {
      await this.#containers.remove(id)
      throw error
    }
    return id
  }

  start(id: ContainerId, signal?: AbortSignal): Promise<void> {
    return this.#containers.start(id, signal)
  }

  stop(id: ContainerId, options: { graceMs: number; signal?: AbortSignal }): Promise<void> {
    return this.#containers.stop(id, options.graceMs, options.signal)
  }

  kill(id: ContainerId, signalName: string, signal?: AbortSignal): Promise<void> {
    return this.#containers.kill(id, signalName, signal)
  }

  remove(id: ContainerId, signal?: AbortSignal): Promise<void> {
    return this.#containers.remove(id, signal)
  }

  wait(id: ContainerId, signal?: AbortSignal): ExitWait {
    return waitForExit(this.#containers, { id, endpoint: this.endpoint, signal })
  }

  async inspect(id: ContainerId, signal?: AbortSignal): Promise<ContainerState | undefined> {
    return (await this.#containers.inspect(id, signal))?.state
  }

  list(selector: LabelSelector, signal?: AbortSignal): Promise<ContainerState[]> {
    return this.#containers.list(selector, signal)
  }

  logs(id: ContainerId, options: LogOptions, signal?: AbortSignal): AsyncIterable<LogChunk> {
    return storedLogs(this.#containers, { ...options, id, endpoint: this.endpoint, signal })
  }

  async attach(
    id: ContainerId,
    options: { stdin: boolean; tty: boolean },
    signal?: AbortSignal,
  ): Promise<ContainerStream> {
    const connection = await this.#containers.attach(id, options, signal)
    return new HijackedStream(connection, { tty: options.tty, endpoint: this.endpoint })
  }

  async exec(id: ContainerId, command: ExecSpec, signal?: AbortSignal): Promise<ExecSession> {
    const execId = await this.#execs.create(id, command, signal)
    const connection = await this.#execs.start(execId, id, command, signal)
    const { tty, size } = command
    const execs = this.#execs
    // Engines before API 1.42 ignore the size they were given at the start.
    if (tty && size !== undefined) await execs.resize(execId, size, signal)
    const { endpoint } = this
    const exitCode = (exitSignal?: AbortSignal): Promise<number> =>
      execs.exitCode(execId, id, exitSignal)
    const output = (frames: AsyncIterable<OutputChunk>): AsyncIterable<OutputChunk> =>
      execOutput(frames, exitCode)
    return {
      stream: new HijackedStream(connection, { tty, endpoint, output }),
      resize: (newSize) => execs.resize(execId, newSize),
      exitCode,
    }
  }

  resize(id: ContainerId, size: TerminalSize, signal?: AbortSignal): Promise<void> {
    return this.#containers.resize(id, size, signal)
  }

  dialBuildkit(signal: AbortSignal): Promise<Duplex> {
    return dialBuildkit(this.client, this.#openConnection, signal)
  }

  hasBuildkit(signal: AbortSignal): Promise<boolean> {
    return hasBuildkit(this.client, signal)
  }

  events(selector: LabelSelector, signal: AbortSignal): EventSubscription {
    // The engine sends the head of its answer a moment before it subscribes; asking for the past since
    // now closes that gap. Another machine's clock is not ours, so there it stays.
    const since = this.#isLocal ? { sinceMs: Date.now() } : {}
    const opened = openEvents(this.client, selector, { ...since, signal })
    const ready = opened.then(() => undefined)
    // A failure is in the iteration as well.
    ready.catch(() => undefined)
    const { endpoint } = this
    return {
      ready,
      events: {
        async *[Symbol.asyncIterator]() {
          yield* decodeEvents(await opened, endpoint)
        },
      },
    }
  }
}
