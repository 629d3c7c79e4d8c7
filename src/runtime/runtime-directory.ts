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
  /** Looks for every runtime, and says of each what became of it. Changes nothing. */
  survey(signal: AbortSignal): Promise<readonly RuntimeCandidate[]>
  /** The runtime a run is on, from what its row says. */
  connect(kind: RuntimeKind, endpoint: string): Promise<ContainerRuntime>
}

export type DetectedRuntime = { runtime: ContainerRuntime; info: RuntimeInfo }

/** A place where a runtime was looked for: what is there, or why nothing that can be used. */
export type RuntimeCandidate = { kind: RuntimeKind } & (
  | { found: DetectedRuntime }
  | {
      /** Where we looked and what was there instead, for people: lower case, no full stop. */
      what: string
      fixes: readonly string[]
      /** The user named this very place, so that no other one is used in its stead. */
      isNamed: boolean
    }
)
