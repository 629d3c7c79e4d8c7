import { RouteStore } from '../routes/route-store.ts'
import type { RunContext } from '../run/run-context.ts'
import { AuditLog } from '../run/audit-log.ts'
import { RunStore } from '../run/run-store.ts'
import { requireOwnStateDir } from '../platform/state-owner.ts'
import { openState, openStateReadonly } from '../state/open-state.ts'
import type { State } from '../state/state.ts'
import type { AppContext } from './app-context.ts'

export type OpenStores = { state: State; context: RunContext }

/** The state for a command that makes or cleans; creates it when missing. The caller closes it. */
export function openStores(app: AppContext): OpenStores {
  requireOwnStateDir(app.paths.dir, app.host.uid)
  const state = openState(app.paths.dir, { uid: app.host.uid })
  return { state, context: contextOf(app, state) }
}

/** The state for a command that only reads; undefined before anything was ever made. */
export function openStoresForReading(app: AppContext): OpenStores | undefined {
  requireOwnStateDir(app.paths.dir, app.host.uid)
  const state = openStateReadonly(app.paths.dir, { uid: app.host.uid })
  return state && { state, context: contextOf(app, state) }
}

function contextOf(app: AppContext, state: State): RunContext {
  const { runtimes } = app
  return {
    runs: new RunStore(state, app.clock),
    routes: new RouteStore(state),
    audit: new AuditLog(state, app.clock, (runId) => app.paths.runAudit(runId)),
    connect: (kind, endpoint) => runtimes.connect(kind, endpoint),
    homeId: state.homeId,
    paths: app.paths,
    clock: app.clock,
    processes: app.processes,
    version: app.build.version,
  }
}
