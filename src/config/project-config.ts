import type {
  ContainerUser,
  HomeKind,
  NetworkPolicy,
  RuntimeChoice,
  SandboxMode,
} from './choices.ts'
import type { Dependency } from './dependency.ts'
import type { Mount } from './mount.ts'
import type { NetworkHost } from './network-host.ts'
import type { Position } from './problem.ts'
/** A value of a list, with its place in the file. */
export type Placed<T> = T & { at: Position }

export type ServicePort = { service: string; port: number }

/** An agent.yaml that holds no problem, or the defaults when there is none. */
export type ProjectConfig = {
  /** The file as the caller named it, for messages. */
  file: string
  /** Where single values are written, by key: `sandbox`, `container.memory`. Only keys that are present. */
  positions: ReadonlyMap<string, Position>
  name: string | undefined
  agent: string | undefined
  version: string | undefined
  /** `runtime` first, then `dependencies`; each once. */
  dependencies: readonly Placed<Dependency>[]
  image: string | undefined
  /** As the container gets it: a text has become `/bin/sh -c text`. */
  command: readonly string[] | undefined
  /** In the order of the file; the first is what `agent url` means without a service. */
  ports: readonly ServicePort[]
  env: Readonly<Record<string, string>>
  mounts: readonly Placed<Mount>[]
  interactive: boolean
  home: HomeKind
  sandbox: SandboxMode | undefined
  network: { policy: NetworkPolicy; allow: readonly NetworkHost[] }
  container: {
    runtime: RuntimeChoice | undefined
    user: ContainerUser
    memoryBytes: number | undefined
    cpus: number | undefined
    pids: number | undefined
    /** Name servers for Apple's image builder. */
    builderDns: readonly string[]
  }
}

/** What holds without an agent.yaml. */
export function defaultProjectConfig(file: string): ProjectConfig {
  return {
    file,
    positions: new Map(),
    name: undefined,
    agent: undefined,
    version: undefined,
    dependencies: [],
    image: undefined,
    command: undefined,
    ports: [],
    env: {},
    mounts: [],
    interactive: false,
    home: 'ephemeral',
    sandbox: undefined,
    network: { policy: 'permissive', allow: [] },
    container: {
      runtime: undefined,
      user: 'host',
      memoryBytes: undefined,
      cpus: undefined,
      pids: undefined,
      builderDns: [],
    },
  }
}
