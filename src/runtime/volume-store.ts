import type { ContainerLabels, LabelSelector } from './labels.ts'

export type VolumeSpec = { name: string; labels: ContainerLabels }

export type VolumeState = { name: string; labels: Readonly<Record<string, string>> }

export interface VolumeStore {
  /** Makes a volume; an existing one of this name is used as it is. */
  ensure(spec: VolumeSpec, signal?: AbortSignal): Promise<void>
  list(selector: LabelSelector, signal?: AbortSignal): Promise<VolumeState[]>
  /** Gone already is no error; a volume that a container still uses is a `UserError`. */
  remove(name: string, signal?: AbortSignal): Promise<void>
}
