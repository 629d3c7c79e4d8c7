import type { ProjectConfig } from '../config/project-config.ts'
import { UserError, usageError } from '../lib/errors.ts'
import type { RuntimeInfo } from '../runtime/container-state.ts'
import type { PlannedNetwork } from './planned-network.ts'

export type NetworkInputs = { project: ProjectConfig; info: RuntimeInfo; flags: { keep: boolean } }

/** What the run may reach. A strict policy needs somebody between the run and the network, and is refused elsewhere. */
export function planNetwork({ project, info, flags }: NetworkInputs): PlannedNetwork {
  const { policy, allow } = project.network
  if (policy === 'strict') refuseWhereOpen({ project, info, flags })
  return { policy, allow: [...allow] }
}

function refuseWhereOpen({ project, info, flags }: NetworkInputs): void {
  if (info.kind === 'apple')
    throw refused(`is not available on ${info.description}`, [
      'remove network; the run then reaches any host',
    ])
  const docker = project.dependencies.find((dependency) => dependency.kind === 'docker')
  if (docker !== undefined)
    throw refused(
      `cannot hold with docker:${docker.mode}, whose containers have networks of their own`,
      [
        `remove docker:${docker.mode} from dependencies`,
        'remove network; the run then reaches any host',
      ],
    )
  if (flags.keep && info.kind !== 'embedded')
    throw usageError(
      'a run with network.policy: strict cannot be kept: its network goes when it ends',
      ['leave out --keep'],
    )
}

function refused(why: string, fix: readonly string[]): UserError {
  return new UserError(`network.policy: strict ${why}`, { fix, exitCode: 2 })
}
