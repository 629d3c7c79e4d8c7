import type { ContainerRuntime } from './container-runtime.ts'
import type { RuntimeInfo, RuntimeKind } from './container-state.ts'

/** Knows every runtime there is; what the composition root gives to everybody else. */
export interface RuntimeDirectory {
  /**
   * Finds a runtime that answers: the wished one, or the first that does. Throws a `UserError` that
   * names each candidate's reason when none does.
   */
  detect(
    wish: RuntimeKind | undefined,
    signal: AbortSignal,
    /** `gvisor`: asked for by name, so that a runtime that never has it is not chosen by itself. */
    needs?: { gvisor: boolean },
  ): Promise<DetectedRuntime>
  /** The runtime a run is on, from what its row says. */
  connect(kind: RuntimeKind, endpoint: string): Promise<ContainerRuntime>
}

export type DetectedRuntime = { runtime: ContainerRuntime; info: RuntimeInfo }
