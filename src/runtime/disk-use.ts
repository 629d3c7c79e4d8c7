import type { ContainerId } from './container-state.ts'
import type { LabelSelector } from './labels.ts'

/** How much of the disk a runtime's things take. Slow where there is much: callers bound it. */
export interface DiskUse {
  /** Bytes that each container with these labels has written, beside its image; without those it cannot say of. */
  containers(
    selector: LabelSelector,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<ContainerId, number>>
  /** Bytes in each volume, by name; without those it cannot say of. */
  volumes(signal?: AbortSignal): Promise<ReadonlyMap<string, number>>
  /** The folder of the runtime's machine that all of this is in; undefined when it does not say. */
  folder(signal?: AbortSignal): Promise<string | undefined>
}
