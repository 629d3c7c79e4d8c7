import type { ProjectConfig } from '../config/project-config.ts'
import type { ContainerLimits } from '../runtime/container-spec.ts'
import type { RuntimeInfo } from '../runtime/container-state.ts'

/** Enough for builds and browsers, and a fork bomb stays inside: the limit that Podman has as well is half of it. */
const USUAL_PIDS = 4096

/** What the run may use of the machine; a runtime without images refused all of it before. */
export function planLimits({ project, info }: { project: ProjectConfig; info: RuntimeInfo }): {
  limits?: ContainerLimits
} {
  if (info.kind === 'embedded') return {}
  const { memoryBytes, cpus, pids = USUAL_PIDS } = project.container
  return {
    limits: {
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(cpus === undefined ? {} : { cpus }),
      pids,
    },
  }
}
