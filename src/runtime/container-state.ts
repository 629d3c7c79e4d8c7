/** The runtimes a run can be on. */
export type RuntimeKind = 'docker' | 'apple' | 'embedded'

export function isRuntimeKind(text: string): text is RuntimeKind {
  return text === 'docker' || text === 'apple' || text === 'embedded'
}

/** A runtime's own id of a container; opaque to everybody else. */
export type ContainerId = string & { readonly __brand: 'ContainerId' }

function isContainerId(value: string): value is ContainerId {
  return value !== ''
}

/** Marks a non-empty string that came from a runtime (or from a row we wrote) as a container's id. */
export function containerId(value: string): ContainerId {
  if (!isContainerId(value)) throw new Error('a container id is never empty')
  return value
}

export type RuntimeInfo = {
  kind: RuntimeKind
  /** Human name and version: `Docker Engine 28.5.2`. */
  description: string
  version: string
  apiVersion?: string
  /** False when the engine is on another machine: its 127.0.0.1 and its paths are not ours. */
  isLocal: boolean
}

export type ContainerPhase = 'created' | 'running' | 'paused' | 'exited' | 'removing'

/** What is true of a container now. */
export type ContainerState = {
  id: ContainerId
  name: string
  image: string
  phase: ContainerPhase
  /** Set once exited. */
  exitCode?: number
  /** The runtime's reason when a container failed to start or run. */
  error?: string
  outOfMemory: boolean
  labels: Readonly<Record<string, string>>
  /** Where each published container port is reachable from the host, ordered by container port. */
  ports: readonly PublishedPort[]
  /** Process id of the container's first process on the host, while running and when known. */
  pid?: number
  startedAtMs?: number
  finishedAtMs?: number
}

/** A port of a container: at an address of the host, or behind a relay socket (see `Upstream` of routes). */
export type PublishedPort = AddressPort | { containerPort: number; relaySocket: string }

export type AddressPort = { containerPort: number; hostAddress: string; hostPort: number }

/** 125–127 are the runtime's own, as `docker run` has them. */
export type ExitStatus = { exitCode: number; error?: string }

export type ContainerEvent = {
  kind: 'created' | 'started' | 'exited' | 'removed' | 'out-of-memory'
  id: ContainerId
  labels: Readonly<Record<string, string>>
  /** With `exited`. */
  exitCode?: number
  timeMs: number
}
