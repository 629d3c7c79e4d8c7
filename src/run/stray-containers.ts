import { messageOf } from '../lib/errors.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerId, ContainerState } from '../runtime/container-state.ts'
import type { RunContext } from './run-context.ts'
import { selectHome } from './run-labels.ts'
import { isStrayContainer } from './is-stray.ts'

/**
 * Containers of ours that no run accounts for. When a command dies while the engine makes its container,
 * the run may be over before the container is there. A run's row is written before a container is asked
 * for, and says that the run is cleaned only once it is removed; so one without an uncleaned row is
 * nobody's, but for one that was to be kept. A user's own container from an image that was made of ours
 * (docker commit) has our labels too, but not our name.
 */
export class StrayContainers {
  readonly #context: Pick<RunContext, 'runs' | 'homeId'>
  readonly #log: (line: string) => void

  constructor(context: Pick<RunContext, 'runs' | 'homeId'>, log: (line: string) => void) {
    this.#context = context
    this.#log = log
  }

  /** Removes one that has appeared, if it is stray. Never throws. */
  async look(id: ContainerId, connect: () => Promise<ContainerRuntime>): Promise<void> {
    try {
      const runtime = await connect()
      const container = await runtime.inspect(id)
      if (container !== undefined) await this.#removeIfStray(container, runtime)
    } catch (error) {
      this.#log(`could not look at the container ${shortOf(id)}: ${messageOf(error)}`)
    }
  }

  /** Removes all that are there. Throws when they cannot be listed. */
  async sweep(runtime: ContainerRuntime): Promise<void> {
    for (const container of await runtime.list(selectHome(this.#context.homeId)))
      await this.#removeIfStray(container, runtime)
  }

  async #removeIfStray(container: ContainerState, runtime: ContainerRuntime): Promise<void> {
    if (!isStrayContainer(container, this.#context)) return
    try {
      await runtime.remove(container.id)
      this.#log(`removed the container ${container.name}, whose run is over`)
    } catch (error) {
      this.#log(`could not remove the container ${container.name}: ${messageOf(error)}`)
    }
  }
}

function shortOf(id: ContainerId): string {
  return id.slice(0, 12)
}
