import type { Duplex } from 'node:stream'

import type { Confinement } from './confinement.ts'
import type { ContainerSpec } from './container-spec.ts'
import type {
  ContainerEvent,
  ContainerId,
  ContainerState,
  ExitStatus,
  RuntimeInfo,
  RuntimeKind,
} from './container-state.ts'
import type { DiskUse } from './disk-use.ts'
import type { ContainerStream, LogChunk, LogOptions } from './container-stream.ts'
import type { ImageBuilder } from './image-builder.ts'
import type { ImageStore } from './image-store.ts'
import type { LabelSelector } from './labels.ts'
import type { NetworkManager } from './network-manager.ts'
import type { TerminalSize } from './terminal-size.ts'
import type { VolumeStore } from './volume-store.ts'

/**
 * What `agent` needs of whatever runs containers. One suite of cases holds for every implementation
 * (tests/contract/runtime). Something that does not exist is `undefined` or a no-op, never an exception;
 * an optional member that is absent is a capability the runtime does not have, so callers must narrow.
 *
 * Every call that takes a signal rejects with the signal's reason when it fires; every call has a
 * deadline of its own as well, so none can hang for ever. What goes on after the call is bounded by its
 * signal (`wait`, `logs`, `events`) or by disposing of it (`attach`, `exec`). Obstacles a user can act on
 * are `UserError`s: `UnavailableError` when the runtime itself does not answer,
 * `ContainerUnavailableError` when a call has no answer without its container (`start`, `wait`, `logs`,
 * `attach`, `exec`).
 */
export interface ContainerRuntime {
  readonly kind: RuntimeKind
  /** Where this runtime answers, kept with every run: `unix:///var/run/docker.sock`, or `embedded`. */
  readonly endpoint: string

  /** Proves that the runtime answers, and says what it is. */
  ping(signal?: AbortSignal): Promise<RuntimeInfo>
  /** OCI runtimes on offer, sorted; `runsc` among them means gVisor is there. Costs more than `ping`. */
  ociRuntimes(signal?: AbortSignal): Promise<readonly string[]>
  /** Makes a container without starting it. Rejects with `MissingImageError` when the image is not here. */
  create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerId>
  /**
   * Starts a created container. Rejects with `StartError` when it cannot be started. A command that is not
   * there or not executable may also show as an exit with code 127 or 126: an init process tries it.
   */
  start(id: ContainerId, signal?: AbortSignal): Promise<void>
  /** SIGTERM, then SIGKILL after `graceMs`. A container that is gone or stopped already is no error. */
  stop(id: ContainerId, options: { graceMs: number; signal?: AbortSignal }): Promise<void>
  /** Sends a signal by name (`SIGINT`). A container that is not running is no error. */
  kill(id: ContainerId, signalName: string, signal?: AbortSignal): Promise<void>
  /** Removes a container with its anonymous volumes, running or not. Gone already is no error. */
  remove(id: ContainerId, signal?: AbortSignal): Promise<void>
  /**
   * Resolves when the container has exited. Subscribing happens before the returned promise's `ready`
   * resolves, so that a caller can subscribe, then start, and never miss a short life. Of a container that
   * has exited already it resolves at once.
   */
  wait(id: ContainerId, signal?: AbortSignal): ExitWait
  inspect(id: ContainerId, signal?: AbortSignal): Promise<ContainerState | undefined>
  /** All containers, running or not, that carry these labels, ordered by name, as true as `inspect`. */
  list(selector: LabelSelector, signal?: AbortSignal): Promise<ContainerState[]>
  /** Output so far, and what follows when asked; ends when the container does. */
  logs(id: ContainerId, options: LogOptions, signal?: AbortSignal): AsyncIterable<LogChunk>
  /** A connection to the main process, for one that has not exited. Call before `start` to miss nothing. */
  attach(
    id: ContainerId,
    options: { stdin: boolean; tty: boolean },
    signal?: AbortSignal,
  ): Promise<ContainerStream>
  /**
   * One more command in a running container. One that is not there or not executable ends with 127 or 126, or its
   * output rejects with the `StartError` that says so.
   */
  exec(id: ContainerId, command: ExecSpec, signal?: AbortSignal): Promise<ExecSession>
  /** Sets the size of the container's terminal. Not running (any more) is no error. */
  resize(id: ContainerId, size: TerminalSize, signal?: AbortSignal): Promise<void>
  /**
   * What happens to containers with these labels, from the moment `ready` resolves.
   * The iteration throws when the connection breaks: the caller lists anew and subscribes again.
   */
  events(selector: LabelSelector, signal: AbortSignal): EventSubscription

  /** Containers have no network but their own loopback, and reach this machine by `ContainerSpec.hostRelays`. */
  readonly relaysToHost?: true
  /** A new connection to a BuildKit that belongs to this runtime; for HTTP/2, nothing was sent on it yet. */
  dialBuildkit?(signal: AbortSignal): Promise<Duplex>
  /** Whether there is such a BuildKit. */
  hasBuildkit?(signal: AbortSignal): Promise<boolean>
  /** Builds into the runtime's own store, without anything that only BuildKit has. */
  readonly builder?: ImageBuilder
  readonly images?: ImageStore
  readonly networks?: NetworkManager
  readonly confinement?: Confinement
  readonly volumes?: VolumeStore
  readonly disk?: DiskUse
}

export type ExitWait = { ready: Promise<void>; exit: Promise<ExitStatus> }

export type EventSubscription = { ready: Promise<void>; events: AsyncIterable<ContainerEvent> }

export type ExecSpec = {
  command: readonly string[]
  env: Readonly<Record<string, string>>
  workingDir?: string
  user?: string
  tty: boolean
  stdin: boolean
  size?: TerminalSize
}

export interface ExecSession {
  readonly stream: ContainerStream
  resize(size: TerminalSize): Promise<void>
  /** The command's exit code, once its output has ended. */
  exitCode(signal?: AbortSignal): Promise<number>
}
