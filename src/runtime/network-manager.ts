import type { ContainerId } from './container-state.ts'
import type { ContainerLabels, LabelSelector } from './labels.ts'

export type NetworkSpec = {
  name: string
  labels: ContainerLabels
  /** False: containers on it cannot reach each other by address or name. */
  interContainer: boolean
  /** True: no way out, and none in but from the machine of the runtime itself. */
  internal?: boolean
}

export type NetworkState = { id: string; name: string; labels: Readonly<Record<string, string>> }

/** Who has which address on a network now. */
export type NetworkAddresses = {
  /** Of the network's own end on the machine of the runtime. */
  gateway?: string
  /** The addresses of the network: `10.0.0.0/24`. */
  subnet?: string
  containers: ReadonlyMap<string, ContainerId>
}

export interface NetworkManager {
  /** The network's id; an existing one of this name is used as it is. Limited to 30 s. */
  ensure(spec: NetworkSpec, signal?: AbortSignal): Promise<string>
  list(selector: LabelSelector, signal?: AbortSignal): Promise<NetworkState[]>
  /** Undefined when there is no network of this name. */
  addresses(name: string, signal?: AbortSignal): Promise<NetworkAddresses | undefined>
  /** Gone already is no error; containers still attached are, after they were disconnected and it was tried again. */
  remove(id: string, signal?: AbortSignal): Promise<void>
}
