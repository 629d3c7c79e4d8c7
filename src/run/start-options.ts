import type { Environment } from '../platform/host.ts'
import type { FindBuilders } from '../runtime/builder-candidate.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { TerminalSize } from '../runtime/terminal-size.ts'
import type { RunPlan } from './plan.ts'
import type { RunProgress } from './run-progress.ts'
import type { EgressPlace } from './strict-network.ts'

/** The background process, as a starting run needs it. */
export interface Supervision {
  /** From its return on, nothing that happens to our containers on this runtime goes unseen. */
  watch(runtime: ContainerRuntime): Promise<void>
  /** Has the proxy listen; returns the port it really listens on. */
  proxyPort(): Promise<number>
  /** Has it answer the programs inside runs of this runtime, on this network; undefined where that cannot be. */
  insideAddress(runtime: ContainerRuntime, network: string): Promise<string | undefined>
  /** Opens the way out of a run whose network is closed. */
  egressPlace(runId: string): Promise<EgressPlace>
  /** Hands a running run over; `attached` binds it to this process. */
  takeOver(runId: string, options: { attached: boolean }): Promise<void>
}

export type StartOptions = {
  plan: RunPlan
  runId: string
  /** Everything the command gets besides our own variables. */
  env: Readonly<Record<string, string>>
  runtime: ContainerRuntime
  supervision: Supervision
  findBuilders: FindBuilders
  progress: RunProgress
  hostEnv: Environment
  /** Of the user's terminal, when there is one. */
  terminalSize?: TerminalSize
  signal: AbortSignal
}
