import { readDaemonRow } from '../daemon/daemon-row.ts'
import type { RunContext } from '../run/run-context.ts'
import type { AppContext } from './app-context.ts'
import type { OpenStores } from './stores.ts'

/**
 * Starts the background process again when it died, or when it is missing and a run needs it. One that
 * nothing needs tidies up after the dead one and ends. The check costs no connection; starting is left
 * to a process of its own, so that a reading command does not wait.
 */
export function wakeDaemon(app: AppContext, { state, context }: OpenStores): void {
  const row = readDaemonRow(state)
  if (row === undefined ? !isNeeded(context) : app.processes.isAlive(row.process)) return
  app.startDaemonInBackground()
}

function isNeeded({ runs }: RunContext): boolean {
  return runs.hasLive() || runs.listUncleaned().length > 0
}
