import type { Clock } from '../platform/clock.ts'
import type { ProcessTable } from '../platform/process-identity.ts'
import type { StatePaths } from '../platform/state-paths.ts'
import type { RouteStore } from '../routes/route-store.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { RuntimeKind } from '../runtime/container-state.ts'
import type { AuditLog } from './audit-log.ts'
import type { RunStore } from './run-store.ts'

/** Finds the way back to the runtime a run is on, from what its row says. Connections are kept. */
export type ConnectRuntime = (kind: RuntimeKind, endpoint: string) => Promise<ContainerRuntime>

/** What the life cycle of runs works with. */
export type RunContext = {
  runs: RunStore
  routes: RouteStore
  audit: AuditLog
  connect: ConnectRuntime
  /** Id of this state folder, on every label. */
  homeId: string
  paths: StatePaths
  clock: Clock
  processes: ProcessTable
  version: string
}
