import { z } from 'zod'
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

const rowSchema = z.object({
  pid: z.number(),
  process_start: z.string(),
  boot_id: z.string(),
  nonce: z.string(),
  socket_path: z.string(),
  proxy_port: z.number().nullable(),
  pinned: z.number(),
  version: z.string(),
  started_at_ms: z.number(),
})

export function readDaemonRow(state: State): DaemonRow | undefined {
  const row = state.db.prepare('SELECT * FROM daemon WHERE id = 1').get()
  if (row === undefined) return undefined
  const value = rowSchema.parse(row)
  return {
    process: { pid: value.pid, start: value.process_start, bootId: value.boot_id },
    nonce: value.nonce,
    socketPath: value.socket_path,
    ...(value.proxy_port === null ? {} : { proxyPort: value.proxy_port }),
    pinned: value.pinned === 1,
    version: value.version,
    startedAtMs: value.started_at_ms,
  }
}

export function writeDaemonRow(state: State, row: DaemonRow): void {
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
  return state.transaction(() => {
    if (!unneeded()) return false
    state.db.prepare('DELETE FROM daemon WHERE nonce = ?').run(nonce)
    return true
  })
}
