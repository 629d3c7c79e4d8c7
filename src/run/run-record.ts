import type { ProcessIdentity } from '../platform/process-identity.ts'
import type { RuntimeKind } from '../runtime/container-state.ts'
import type { RunState } from './run-state.ts'

/** One execution of an agent, as the `runs` table holds it. */
export type RunRecord = {
  id: string
  name: string
  state: RunState
  runtime: RuntimeKind
  /** Where that runtime answers; never taken from the environment of whoever looks. */
  endpoint: string
  containerId?: string
  image: string
  workspace: string
  /** Bound to the command that started it: that command's end is the run's end. */
  attached: boolean
  /** Keep the container after the run. */
  keep: boolean
  createdAtMs: number
  startedAtMs?: number
  endedAtMs?: number
  exitCode?: number
  error?: string
  /** The command that makes the run, and owns it while attached. */
  owner: ProcessIdentity
  /** The plan it was made from, without the values of the environment. */
  plan: unknown
  /** When the last thing it made was removed; absent: something may be left. */
  cleanedAtMs?: number
}

/** Something a run will make or has made, written down before the runtime is asked for it. */
export type ResourceRecord = {
  kind: ResourceKind
  name: string
  runtimeId?: string
  madeAtMs?: number
  removedAtMs?: number
}

export const RESOURCE_KINDS = ['container', 'network', 'volume', 'directory'] as const
export type ResourceKind = (typeof RESOURCE_KINDS)[number]

export function isResourceKind(text: string): text is ResourceKind {
  return RESOURCE_KINDS.some((kind) => kind === text)
}
