import type { ContainerLabels } from './labels.ts'

/** What the containers on one network may reach: these TCP ports of its gateway, and nothing else. */
export type ConfinementSpec = {
  network: string
  gateway: string
  ports: readonly number[]
  /** The container that is made for a moment to get there, where that takes one. */
  guard: { name: string; labels: ContainerLabels }
}

/** Rules on the machine of the runtime, outside of every container, that say what a network may be used for. */
export interface Confinement {
  /**
   * Holds from its return until `release`, whatever happens to the runtime in between. Rules that the network has already
   * are replaced. Limited to 60 s. Rejects with a `UserError` when the machine does not take the rules.
   */
  confine(spec: ConfinementSpec, signal?: AbortSignal): Promise<void>
  /** Takes back what `confine` did, half of it as well; nothing there is fine. */
  release(network: Pick<ConfinementSpec, 'network' | 'guard'>, signal?: AbortSignal): Promise<void>
}
