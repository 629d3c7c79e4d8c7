import { realpathSync } from 'node:fs'
import { z } from 'zod'
import type { SandboxMode } from '../config/choices.ts'
import type { Setting } from '../config/settings.ts'
import type { DockerMode } from '../image/docker-mode.ts'
import { INIT } from '../image/init-script.ts'
import { UserError, usageError } from '../lib/errors.ts'
import type { RuntimeInfo } from '../runtime/container-state.ts'
import type { SandboxPlan } from './plan.ts'

/** Docker inside a run: this machine's engine by its socket, or one of the run's own with a BuildKit beside it. */
export type PlannedDocker = Readonly<z.infer<typeof dockerSchema>>

const dockerSchema = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('host'), socket: z.string() }),
  z.object({ mode: z.literal('dind'), buildkitImage: z.string() }),
])

/** The Docker part of a plan as it was kept with its run; undefined when there is none, or none that can be read. */
export function dockerOfPlan(plan: unknown): PlannedDocker | undefined {
  const read = z.object({ docker: dockerSchema.optional() }).safeParse(plan)
  return read.success ? read.data.docker : undefined
}

/**
 * A further command of the run, as its container is told of it: with Docker inside it is begun by root, as the main one
 * is, and goes the same way to become the run's user.
 */
export function execCommandOf(plan: unknown, command: readonly string[]): readonly string[] {
  return dockerOfPlan(plan) === undefined ? command : [INIT, '--enter', ...command]
}

/** Where the engine of a virtual machine (Docker Desktop, Colima, OrbStack) has its socket, seen from its containers. */
const USUAL_SOCKET = '/var/run/docker.sock'

export type DockerInputs = {
  mode: DockerMode
  info: RuntimeInfo
  /** Where the engine was reached. */
  endpoint: string
  /** Node's name of the operating system. */
  platform: string
  buildkitImage: string
  keep: boolean
}

/** Decides what `docker:host` or `docker:dind` needs; throws a `UserError` where it cannot be. */
export function planDocker(inputs: DockerInputs): PlannedDocker {
  const { mode, info, buildkitImage, keep } = inputs
  if (info.kind !== 'docker') throw needsDocker(mode, info)
  if (mode === 'host') return { mode, socket: hostSocket(inputs) }
  if (keep)
    throw usageError(
      'a run with docker:dind cannot be kept: its network and its builder go when it ends',
      ['leave out --keep'],
    )
  return { mode, buildkitImage }
}

const REASONS = {
  host: 'there is no engine whose socket it could be given',
  dind: 'an engine inside needs a privileged container, a network and a builder beside it',
} as const

/** Why a runtime other than Docker cannot have Docker inside. */
export function needsDocker(mode: DockerMode, { description }: { description: string }): UserError {
  return new UserError(`${description} cannot do docker:${mode}: ${REASONS[mode]}`, {
    fix: [
      'install Docker Engine, and use --runtime docker',
      `remove docker:${mode} from dependencies`,
    ],
    exitCode: 2,
  })
}

function hostSocket({ info, endpoint, platform }: DockerInputs): string {
  const path = /^unix:\/\/(\/.+)$/.exec(endpoint)?.[1]
  if (path === undefined)
    throw new UserError(
      `docker:host hands on the engine's socket, and ${info.description} is reached at ${endpoint}`,
      {
        fix: ['use an engine with a socket on this machine: unset DOCKER_HOST', 'docker:dind'],
        exitCode: 2,
      },
    )
  const isInVirtualMachine =
    platform !== 'linux' || /\/\.(?:docker\/desktop|rd|colima)\//.test(path)
  if (isInVirtualMachine) return USUAL_SOCKET
  try {
    return realpathSync(path)
  } catch (cause) {
    throw new UserError(`docker:host needs the engine's socket, and ${path} is not there`, {
      fix: 'start the engine: systemctl start docker',
      exitCode: 2,
      cause,
    })
  }
}

const WARNINGS = {
  host: "docker:host gives the run this machine's engine, and with it root on this machine",
  dind: 'docker:dind runs a privileged container, which is no boundary against a determined program',
} as const

/** Sockets of the host and an engine inside do not work in gVisor, so the engine's default runtime it is. */
export function dockerSandbox(
  { value, source, name }: Setting<SandboxMode>,
  { mode }: PlannedDocker,
): SandboxPlan {
  if (value === 'gvisor' && source !== 'default')
    throw new UserError(
      `sandbox "gvisor" (${name}) cannot do docker:${mode}: neither sockets of the host nor an engine work in it`,
      {
        fix: ['agent run --sandbox none', `remove docker:${mode} from dependencies`],
        exitCode: 2,
      },
    )
  return { mode: 'none', notice: `sandbox: none; ${WARNINGS[mode]}` }
}
