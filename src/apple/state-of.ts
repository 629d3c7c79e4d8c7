import type { Flock } from '../platform/flock.ts'
import {
  type ContainerPhase,
  type ContainerState,
  containerId,
} from '../runtime/container-state.ts'
import { courseOf, type ExitRecord } from '../runtime/supervised/supervision-records.ts'
import type { AppleFolder } from './apple-folder.ts'
import type { AppleContainer } from './container-answers.ts'

/**
 * What is true of a container: that it is there, by `container`; how far it has come, by its supervising process.
 * `container` does not tell one that was never started from one that has ended.
 */
export function stateOf(
  container: AppleContainer,
  folder: AppleFolder | undefined,
  flock: Flock,
): ContainerState {
  const { id, labels, ports } = container
  const { phase, exit } = conditionOf(container, folder, flock)
  return {
    id: containerId(id),
    name: id,
    image: folder?.record()?.image ?? container.image,
    phase,
    outOfMemory: false,
    labels,
    // They are part of what was asked for, and lead nowhere before and after.
    ports: phase === 'running' ? ports : [],
    ...courseOf(folder?.start(), exit),
  }
}

function conditionOf(
  { status }: AppleContainer,
  folder: AppleFolder | undefined,
  flock: Flock,
): { phase: ContainerPhase; exit?: ExitRecord } {
  const condition = folder?.condition(flock) ?? { phase: 'created' }
  const isAlive = status === 'running' || status === 'stopping'
  // Somebody else started it, or its supervising process was killed and it goes on without.
  const isUnsupervised = condition.phase === 'created' || condition.exit?.error !== undefined
  return isAlive && isUnsupervised ? { phase: 'running' } : condition
}
