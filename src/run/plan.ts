import type { ContainerLimits, MountSpec } from '../runtime/container-spec.ts'
import type { RuntimeKind } from '../runtime/container-state.ts'
import type { PlannedBuild } from './planned-build.ts'
import type { PlannedDocker } from './planned-docker.ts'
import type { AllowedKey } from './weigh-consent.ts'
import type { PlannedNetwork } from './planned-network.ts'

/** A service of the run: its name and the port it listens on inside. */
export type PlannedService = { name: string; containerPort: number }

/**
 * What `agent run` intends, decided before anything is made. Serialisable, and without the values of
 * the environment, which may be secrets: it is printed by `--dry-run` and kept with the run.
 */
export type RunPlan = {
  name: string
  workspace: string
  /** Set when the workspace is in a worktree made for a branch (`--branch`). */
  worktree?: PlannedWorktree
  runtime: RuntimeKind
  image: string
  /** Where the image reference comes from, in words: `agent.yaml image`, `dependencies: node`. */
  imageSource: string
  /** `always`: fetch the image even when one of that name is here. */
  pull: 'missing' | 'always'
  /** How to make the image, when it is one of ours; it is made when it is not here. */
  build?: PlannedBuild
  /** Absent: the image's own command. */
  command?: readonly string[]
  /** Names only, sorted. */
  envNames: readonly string[]
  mounts: readonly MountSpec[]
  services: readonly PlannedService[]
  network: PlannedNetwork
  sandbox: SandboxPlan
  /** What agent.yaml weakens isolation by, and who allowed it; absent for nothing. */
  allowed?: readonly AllowedKey[]
  /** Absent on a runtime that limits nothing. */
  limits?: ContainerLimits
  /** Absent: without Docker inside. */
  docker?: PlannedDocker
  /** Set when the main container has every capability and device, and why. */
  privileged?: { reason: string }
  /** `uid:gid`; absent: the image's own user. */
  user?: string
  /** Set when what the command leaves in its home folder is there in the project's next run. */
  home?: 'persistent'
  interactive: boolean
  attached: boolean
  keep: boolean
  /** Free text of agent.yaml, shown in `list --json`. */
  agent?: string
  version?: string
}

/** A git worktree that belongs to the run; real paths. `repository`: the main worktree, `commonDir`: its `.git`. */
export type PlannedWorktree = {
  branch: string
  path: string
  repository: string
  commonDir: string
}

/** Which boundary the run gets, and what the user is told about it. */
export type SandboxPlan = {
  mode: 'gvisor' | 'auto' | 'none'
  /** OCI runtime asked of the engine; absent: the engine's default. */
  ociRuntime?: string
  notice?: string
}
