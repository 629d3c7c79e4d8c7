import { Row } from '../lib/row.ts'
import { faultPoint } from '../platform/fault-point.ts'
import type { ProcessIdentity } from '../platform/process-identity.ts'
import type { State } from '../state/state.ts'

/** What the one row of the `daemon` table says; it outlives a daemon that crashed. */
export type DaemonRow = {
  process: ProcessIdentity
  /** Proves over the control socket that this very daemon answers. */
  nonce: string
  socketPath: string
  /** Where the proxy listens, or listened when the daemon died; absent: it does not. */
  proxyPort?: number
  /** Started by name: stays until it is stopped by name. */
  pinned: boolean
  version: string
  startedAtMs: number
}

export function readDaemonRow(state: State): DaemonRow | undefined {
  const found = state.db.prepare('SELECT * FROM daemon WHERE id = 1').get()
  if (found === undefined) return undefined
  const row = new Row('daemon', found)
  const proxyPort = row.optionalInteger('proxy_port')
  return {
    process: {
      pid: row.integer('pid'),
      start: row.text('process_start'),
      bootId: row.text('boot_id'),
    },
    nonce: row.text('nonce'),
    socketPath: row.text('socket_path'),
    ...(proxyPort === undefined ? {} : { proxyPort }),
    pinned: row.flag('pinned'),
    version: row.text('version'),
    startedAtMs: row.integer('started_at_ms'),
  }
}

export function writeDaemonRow(state: State, row: DaemonRow): void {
  if (globalThis.AGENT_FAULTS) faultPoint(() => 'before-commit:daemon-row')
  state.transaction(() =>
    state.db
      .prepare(
        `INSERT OR REPLACE INTO daemon
           (id, pid, process_start, boot_id, nonce, socket_path, proxy_port, pinned, version, started_at_ms)
         VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        row.process.pid,
        row.process.start,
        row.process.bootId,
        row.nonce,
        row.socketPath,
        row.proxyPort ?? null,
        row.pinned ? 1 : 0,
        row.version,
        row.startedAtMs,
      ),
  )
}

/** Removes our own row when `unneeded` still holds inside the transaction; false when it does not. */
export function clearDaemonRow(state: State, nonce: string, unneeded: () => boolean): boolean {
  const isCleared = state.transaction(() => {
    if (!unneeded()) return false
    state.db.prepare('DELETE FROM daemon WHERE nonce = ?').run(nonce)
    return true
  })
  if (globalThis.AGENT_FAULTS && isCleared) faultPoint(() => 'after-commit:daemon-row-cleared')
  return isCleared
}
