import type { ProjectConfig } from '../config/project-config.ts'
import { type Mount, isWithin, resolveMountSource } from '../config/mount.ts'
import type { Setting } from '../config/settings.ts'
import type { SandboxMode } from '../config/choices.ts'
import { UserError, usageError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import type { MountSpec } from '../runtime/container-spec.ts'
import type { RuntimeInfo } from '../runtime/container-state.ts'
import { planLimits } from './planned-limits.ts'
import { planSandbox } from './sandbox-plan.ts'
import { type GitMounts, withGitMounts } from './git-mounts.ts'
import type { PlannedWorktree, RunPlan } from './plan.ts'
import type { AllowedKey } from './weigh-consent.ts'
import { dockerSandbox, planDocker } from './planned-docker.ts'
import { planNetwork } from './plan-network.ts'
import type { RunBase } from './run-base.ts'

/** Everything a plan is made from. */
export type PlanInputs = {
  project: ProjectConfig
  name: string
  /** Real path of the project. */
  workspace: string
  /** Of `--branch`; the workspace is in it. */
  worktree?: PlannedWorktree | undefined
  sandbox: Setting<SandboxMode>
  info: RuntimeInfo
  /** Of the engine; only needed where gVisor may be the boundary. */
  ociRuntimes: readonly string[]
  /** From the command line. */
  flags: {
    command: readonly string[]
    mounts: readonly Mount[]
    allowUnsafeMount: boolean
    interactive: boolean
    detach: boolean
    keep: boolean
    rebuild: boolean
  }
  /** What agent.yaml weakens isolation by, and the user allowed. */
  allowed: readonly AllowedKey[]
  envNames: readonly string[]
  base: RunBase
  /** For Docker inside: where the engine was reached, and which builder goes with an engine inside. */
  engine: { endpoint: string; buildkitImage: string }
  git: GitMounts
  host: { uid: number; gid: number; cwd: string; homeDir: string; platform: string }
  /** The path without links; throws when there is nothing. */
  realPath: (path: string) => string
}

/** Decides what a run will be. Pure but for `realPath`; throws a `UserError` for what cannot be. */
export function planRun(inputs: PlanInputs): RunPlan {
  const { project, flags, info, base } = inputs
  if (!info.isLocal)
    throw new UserError(
      `${info.description} runs on another machine, which cannot see ${inputs.workspace}`,
      {
        fix: 'use an engine on this machine: unset DOCKER_HOST and DOCKER_CONTEXT',
        exitCode: 2,
      },
    )
  const interactive = flags.interactive || project.interactive
  if (interactive && flags.detach)
    throw usageError('a run cannot be interactive and detached', [
      'agent run -d, then agent attach -i <run>',
      'leave out --detach',
    ])
  const command = flags.command.length > 0 ? flags.command : project.command
  return {
    name: inputs.name,
    ...planPlace(inputs),
    runtime: info.kind,
    image: base.image,
    imageSource: base.imageSource,
    pull: flags.rebuild ? 'always' : 'missing',
    ...(base.build === undefined ? {} : { build: base.build }),
    ...(command === undefined ? {} : { command }),
    envNames: [...inputs.envNames].sort(),
    mounts: withGitMounts([...base.mounts, ...planMounts(inputs)], inputs.git),
    services: project.ports.map(({ service, port }) => ({ name: service, containerPort: port })),
    network: planNetwork(inputs),
    ...planBoundary(inputs),
    ...planLimits(inputs),
    ...(inputs.allowed.length === 0 ? {} : { allowed: [...inputs.allowed] }),
    ...commandUser(inputs),
    ...planHome(inputs),
    interactive,
    attached: !flags.detach,
    keep: flags.keep,
    ...(project.agent === undefined ? {} : { agent: project.agent }),
    ...(project.version === undefined ? {} : { version: project.version }),
  }
}

function planPlace({ workspace, worktree }: PlanInputs): Pick<RunPlan, 'workspace' | 'worktree'> {
  return { workspace, ...(worktree === undefined ? {} : { worktree }) }
}

/** Which boundary the run gets; Docker inside has a say in it. */
function planBoundary(inputs: PlanInputs): Pick<RunPlan, 'sandbox' | 'docker' | 'privileged'> {
  const { project, info, engine, host, flags, ociRuntimes, sandbox } = inputs
  const mode = project.dependencies.find((dependency) => dependency.kind === 'docker')?.mode
  if (mode === undefined)
    return { sandbox: planSandbox(sandbox, { ...info, endpoint: engine.endpoint, ociRuntimes }) }
  const { platform } = host
  const docker = planDocker({ mode, info, platform, keep: flags.keep, ...engine })
  return {
    sandbox: dockerSandbox(sandbox, docker),
    docker,
    ...(mode === 'dind' ? { privileged: { reason: 'docker:dind' } } : {}),
  }
}

/** The host's uid and gid, where the system has them and the image's own user was not asked for. */
function commandUser({ project, host }: PlanInputs): Pick<RunPlan, 'user'> {
  if (project.container.user !== 'host' || host.uid < 0) return {}
  return { user: `${host.uid}:${host.gid}` }
}

/** A home that outlives the run has to be somebody's, and who the image's own user is, only the image knows. */
function planHome(inputs: PlanInputs): Pick<RunPlan, 'home'> {
  const { home, file } = inputs.project
  if (home !== 'persistent') return {}
  if (commandUser(inputs).user === undefined)
    throw usageError(
      `${file} asks for home: persistent together with container.user: image, whose home is not known`,
      ['remove container.user', 'remove home'],
    )
  return { home }
}

/** agent.yaml's mounts, then the command line's, which take the place of those for the same target. */
function planMounts(inputs: PlanInputs): MountSpec[] {
  const { project, workspace, flags, host } = inputs
  const asked = flags.mounts.map((mount) => resolveMount(mount, host.cwd, inputs))
  const own = project.mounts
    .filter(({ target }) => !asked.some((mount) => mount.target === target))
    .map((mount) => resolveMount(mount, workspace, inputs))
  for (const { source, target, readonly } of own)
    if (!isWithin(source, workspace) && !isAllowed({ source, target, readonly }, inputs))
      throw usageError(
        `${project.file} asks to mount ${quoted(source)}, which lies outside the project, at ${target}`,
        [`agent run --mount ${source}:${target}`, 'agent run --allow-unsafe-mount'],
      )
  return [...own, ...asked]
}

/** A link that was turned elsewhere since the user was asked leads to what nobody allowed. */
function isAllowed(
  { source, target, readonly }: MountSpec,
  { allowed, flags }: PlanInputs,
): boolean {
  const asked = `${source}:${target}${readonly ? ':ro' : ''}`
  return (
    flags.allowUnsafeMount || allowed.some(({ key, value }) => key === 'mounts' && value === asked)
  )
}

function resolveMount(mount: Mount, base: string, { host, realPath }: PlanInputs): MountSpec {
  const { target, readonly } = mount
  const path = resolveMountSource(mount.source, { base, homeDir: host.homeDir })
  try {
    return { source: realPath(path), target, readonly }
  } catch (cause) {
    throw new UserError(`the mount source ${quoted(path)} does not exist`, {
      fix: `create it, or take the mount at ${target} out`,
      exitCode: 2,
      cause,
    })
  }
}
