import type { ProjectConfig } from '../config/project-config.ts'
import { UserError } from '../lib/errors.ts'
import type { ContainerLimits } from '../runtime/container-spec.ts'
import type { RuntimeInfo } from '../runtime/container-state.ts'

/** Enough for builds and browsers, and a fork bomb stays inside: the limit that Podman has as well is half of it. */
const USUAL_PIDS = 4096

/** What the run may use of the machine; a runtime without images refused all of it before. */
export function planLimits({ project, info }: { project: ProjectConfig; info: RuntimeInfo }): {
  limits?: ContainerLimits
} {
  if (info.kind === 'embedded') return {}
  const { memoryBytes, cpus, pids } = project.container
  // A virtual machine of its own: what is inside takes no process from anybody else.
  const isOwnMachine = info.kind === 'apple'
  if (isOwnMachine && pids !== undefined)
    throw new UserError(`container.pids ${pids} cannot be had on ${info.description}`, {
      fix: 'remove container.pids; each run has a virtual machine of its own',
      exitCode: 2,
    })
  return {
    limits: {
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(cpus === undefined ? {} : { cpus }),
      ...(isOwnMachine ? {} : { pids: pids ?? USUAL_PIDS }),
    },
  }
}
