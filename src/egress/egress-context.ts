import type { Clock } from '../platform/clock.ts'
import type { EgressPolicy } from './egress-policy.ts'
import type { ResolvedAddress } from './resolve-host.ts'

/** One line of the audit log: what a run asked for and what came of it. */
export type EgressAccess = {
  timeMs: number
  method: string
  /** Empty when the request named no target that could be read. */
  host: string
  port: number
  /** Of plain HTTP only, and without the query, which may hold secrets. */
  path?: string
  outcome: 'allowed' | 'refused' | 'failed'
  reason?: string
  /** The status the run got; of a tunnel, 200. */
  status: number
  /** Bytes that were sent to the host and came from it, HTTP heads included. */
  bytesUp: number
  bytesDown: number
  durationMs: number
}

/** What the proxy of one run works with; the live things are functions because they change under it. */
export type EgressContext = {
  policy: () => EgressPolicy
  resolve: (host: string, signal: AbortSignal) => Promise<readonly ResolvedAddress[]>
  hostAddresses: () => readonly string[]
  clock: Clock
  onAccess: (access: EgressAccess) => void
  /** Aborted when the proxy closes. */
  closing: AbortSignal
}
