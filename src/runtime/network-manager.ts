import type { ContainerLabels, LabelSelector } from './labels.ts'

export type NetworkSpec = {
  name: string
  labels: ContainerLabels
  /** False: containers on it cannot reach each other by address or name. */
  interContainer: boolean
}

export type NetworkState = { id: string; name: string; labels: Readonly<Record<string, string>> }

export interface NetworkManager {
  /** The network's id; an existing one of this name is used as it is. Limited to 30 s. */
  ensure(spec: NetworkSpec, signal?: AbortSignal): Promise<string>
  list(selector: LabelSelector, signal?: AbortSignal): Promise<NetworkState[]>
  /** Gone already is no error; containers still attached are, after they were disconnected and it was tried again. */
  remove(id: string, signal?: AbortSignal): Promise<void>
}
