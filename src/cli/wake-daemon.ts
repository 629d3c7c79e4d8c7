import { readDaemonRow } from '../daemon/daemon-row.ts'
import type { AppContext } from './app-context.ts'
import type { OpenStores } from './stores.ts'

/**
 * Starts the background process again when it died and a live run needs it. The check costs no
 * connection; starting is left to a process of its own, so that a reading command does not wait.
 */
export function wakeDaemon(app: AppContext, { state, context }: OpenStores): void {
  if (!context.runs.hasLive()) return
  const row = readDaemonRow(state)
  if (row !== undefined && app.processes.isAlive(row.process)) return
  app.startDaemonInBackground()
}
