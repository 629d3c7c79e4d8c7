import { messageOf } from '../lib/errors.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerId, ContainerState } from '../runtime/container-state.ts'
import { isStrayContainer, isStrayNetwork, isStrayVolume } from './is-stray.ts'
import type { RunContext } from './run-context.ts'
import { selectHome } from './run-labels.ts'

/**
 * Containers, volumes and networks of ours that no run accounts for. When a command dies while the engine makes
 * something for it, the run may be over, and even forgotten, before that is there. A run's row is written before
 * anything is asked for, and says that the run is cleaned only once all of it is removed; so what has no uncleaned row
 * is nobody's, but for a container that was to be kept. A user's own container from an image that was made of ours
 * (docker commit) has our labels too, but not our name.
 */
export class Strays {
  readonly #context: Pick<RunContext, 'runs' | 'homeId'>
  readonly #log: (line: string) => void

  constructor(context: Pick<RunContext, 'runs' | 'homeId'>, log: (line: string) => void) {
    this.#context = context
    this.#log = log
  }

  /** Removes a container that has appeared, if it is stray. Never throws. */
  async look(id: ContainerId, connect: () => Promise<ContainerRuntime>): Promise<void> {
    try {
      const runtime = await connect()
      const container = await runtime.inspect(id)
      if (container !== undefined) await this.#removeContainer(container, runtime)
    } catch (error) {
      this.#log(`could not look at the container ${shortOf(id)}: ${messageOf(error)}`)
    }
  }

  /** Removes all that are there: containers first, which hold the others. Throws when they cannot be listed. */
  async sweep(runtime: ContainerRuntime): Promise<void> {
    const ours = selectHome(this.#context.homeId)
    for (const container of await runtime.list(ours))
      await this.#removeContainer(container, runtime)
    const { volumes, networks } = runtime
    for (const volume of (await volumes?.list(ours)) ?? [])
      if (isStrayVolume(volume, this.#context))
        await this.#remove(`volume ${volume.name}`, async () => volumes?.remove(volume.name))
    for (const network of (await networks?.list(ours)) ?? [])
      if (isStrayNetwork(network, this.#context))
        await this.#remove(`network ${network.name}`, async () => networks?.remove(network.id))
  }

  async #removeContainer(container: ContainerState, runtime: ContainerRuntime): Promise<void> {
    if (!isStrayContainer(container, this.#context)) return
    await this.#remove(`container ${container.name}`, () => runtime.remove(container.id))
  }

  async #remove(what: string, remove: () => Promise<void>): Promise<void> {
    try {
      await remove()
      this.#log(`removed the ${what}, whose run is over`)
    } catch (error) {
      this.#log(`could not remove the ${what}: ${messageOf(error)}`)
    }
  }
}

function shortOf(id: ContainerId): string {
  return id.slice(0, 12)
}
