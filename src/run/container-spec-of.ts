import type { Environment } from '../platform/host.ts'
import type { ContainerSpec } from '../runtime/container-spec.ts'
import type { TerminalSize } from '../runtime/terminal-size.ts'
import { type InsideAccess, NO_ACCESS } from './inside-access.ts'
import type { RunPlan } from './plan.ts'
import { runLabels } from './run-labels.ts'

export const WORKSPACE = '/workspace'
/** Home folder of a command that runs under the host's uid, which no image knows, and of every persistent home. */
export const HOME = '/home/agent'

/** Turns a plan into what the runtime is asked for. */
export function containerSpec(options: {
  plan: RunPlan
  runId: string
  env: Readonly<Record<string, string>>
  hostEnv: Environment
  homeId: string
  version: string
  network?: string
  access?: InsideAccess
  terminalSize?: TerminalSize
}): ContainerSpec {
  const { plan, runId, network, access = NO_ACCESS, terminalSize } = options
  const home = homeOf(plan)
  return {
    name: containerName(plan.name, runId),
    hostname: plan.name,
    image: plan.image,
    ...(plan.command === undefined ? {} : { command: plan.command }),
    env: {
      ...home.env,
      ...terminalEnv(plan, options.hostEnv),
      ...watchingEnv(plan),
      ...access.env,
      ...options.env,
    },
    workingDir: WORKSPACE,
    ...(plan.user === undefined ? {} : { user: plan.user }),
    labels: runLabels({ ...options, role: 'main', env: options.hostEnv }),
    mounts: [
      { source: plan.workspace, target: WORKSPACE, readonly: false },
      ...access.mounts,
      ...plan.mounts,
    ],
    tmpfs: home.tmpfs,
    ports: plan.services.map(({ containerPort }) => containerPort),
    extraHosts: access.extraHosts,
    hostRelays: access.hostRelays,
    ...(network === undefined ? {} : { network }),
    ...(plan.limits === undefined ? {} : { limits: plan.limits }),
    tty: plan.interactive,
    ...(terminalSize === undefined ? {} : { size: terminalSize }),
    stdin: plan.interactive,
    ...(plan.sandbox.ociRuntime === undefined ? {} : { ociRuntime: plan.sandbox.ociRuntime }),
  }
}

/** In memory, unless the home is somewhere else or root's own. */
function homeOf({ user, home }: RunPlan): Pick<ContainerSpec, 'env' | 'tmpfs'> {
  if (home === 'persistent') return { env: { HOME }, tmpfs: [] }
  if (user === undefined || user.startsWith('0:')) return { env: {}, tmpfs: [] }
  return { env: { HOME }, tmpfs: [{ target: HOME, owner: user }] }
}

function terminalEnv({ interactive }: RunPlan, hostEnv: Environment): Record<string, string> {
  return interactive ? { TERM: hostEnv['TERM'] ?? 'xterm' } : {}
}

/** In gVisor nobody is told of files that change on the host, so who watches files has to look (chokidar, watchpack). */
function watchingEnv({ sandbox }: RunPlan): Record<string, string> {
  if (sandbox.ociRuntime === undefined) return {}
  return { CHOKIDAR_USEPOLLING: '1', WATCHPACK_POLLING: 'true' }
}

const NAME_PREFIX = 'agentops-'

function containerName(name: string, runId: string): string {
  return `${NAME_PREFIX}${name}-${idDigits(runId)}`
}

/** The name of a container beside the run's own; by its dot it is no name that a run can have. */
export function besideName(role: 'buildkit' | 'guard', runId: string): string {
  return containerName(`beside.${role}`, runId)
}

/** True for the name of a container that a run makes, whatever the run's own name is. */
export function isContainerName(name: string, runId: string): boolean {
  return name.startsWith(NAME_PREFIX) && name.endsWith(`-${idDigits(runId)}`)
}

function idDigits(runId: string): string {
  return runId.slice('run_'.length)
}
