import type { ContainerLabels } from './labels.ts'
import type { TerminalSize } from './terminal-size.ts'

/** What we ask a runtime to make. Plain data: no defaults are added below this line. */
export type ContainerSpec = {
  name: string
  image: string
  /** Absent: the image's own command. */
  command?: readonly string[]
  env: Readonly<Record<string, string>>
  workingDir: string
  /** `uid:gid`; absent: the image's own user. */
  user?: string
  labels: ContainerLabels
  mounts: readonly MountSpec[]
  /** Writable folders in memory, gone with the container; `owner` is `uid:gid`. */
  tmpfs: readonly { target: string; owner: string }[]
  /** Container ports to publish, each on 127.0.0.1 with a free host port. */
  ports: readonly number[]
  /** Names that resolve to an address inside. */
  extraHosts: readonly { name: string; address: string }[]
  /**
   * Ports of 127.0.0.1 inside whose connections are carried to a Unix socket of this machine. Only for a runtime
   * with `relaysToHost`; others take an empty list.
   */
  hostRelays: readonly { port: number; socketPath: string }[]
  network?: string
  /** Further names of this container on its network; only for a runtime with `networks`. */
  networkAliases?: readonly string[]
  /** Only for a runtime with `volumes`. */
  volumes?: readonly VolumeMount[]
  /**
   * All of the machine's devices and every capability, without a boundary that counts: for an engine or a builder
   * inside a container. Only Docker has it.
   */
  privileged?: true
  /** Name servers in place of the runtime's own choice. */
  nameServers?: readonly string[]
  tty: boolean
  /** Of the terminal inside, from its first moment on. */
  size?: TerminalSize
  /** Keep stdin open for an attached client. */
  stdin: boolean
  /** OCI runtime of the engine (`runsc`); absent: the engine's default. */
  ociRuntime?: string
  hostname: string
  /** Absent: without limits. The embedded runtime has none. */
  limits?: ContainerLimits
  stopSignal?: string
}

/** What a container may use at most; what is not named is not limited. Memory includes swap. */
export type ContainerLimits = { memoryBytes?: number; cpus?: number; pids?: number }

/**
 * A named volume, which outlives the container. With an `owner`, `uid:gid`, its top folder is theirs, whatever is in
 * it stays as it is, and nothing of the image is copied into it.
 */
export type VolumeMount = { name: string; target: string; owner?: string }

export type MountSpec = { source: string; target: string; readonly: boolean }
