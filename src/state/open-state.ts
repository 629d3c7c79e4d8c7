import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '../lib/errors.ts'
import { jitterMs, pauseSync } from '../platform/pause.ts'
import { ensurePrivateDirectory } from '../platform/private-directory.ts'
import { createPrivateFile } from '../platform/private-file.ts'
import { Sqlite, isBusy } from '../platform/sqlite.ts'
import { SCHEMA_VERSION, migrate, schemaVersion } from './schema.ts'
import { State } from './state.ts'
import { cannotWrite } from '../platform/write-fault.ts'
import { explainBusy, explainStorageFault, sharedFolder } from './storage-fault.ts'

export type OpenStateOptions = {
  /** Owner that the folder must have; -1 where the system has none. */
  uid: number
  /** How long a statement waits for another process; 5 s unless said. */
  busyTimeoutMs?: number
}

const BUSY_TIMEOUT_MS = 5000

/**
 * How long all attempts at opening may take together. SQLite answers SQLITE_BUSY at once, timeout or not, where waiting could
 * be a deadlock: two first openers who both switch to WAL, one who recovers after a crash.
 */
const OPEN_LIMIT_MS = 10_000

/** The state database of a state folder. */
function stateFile(dir: string): string {
  return join(dir, 'state.db')
}

/**
 * Opens the state of a folder for reading and writing; makes the folder (0700) and the database (0600) when missing
 * and brings an older one up to date. Any number of processes may do so at once.
 * Throws `UserError` when the folder or the file cannot be used; it is never replaced.
 */
export function openState(dir: string, options: OpenStateOptions): State {
  refuseSharedFolder(dir)
  ensurePrivateDirectory(dir, options.uid, { followLink: true })
  const path = stateFile(dir)
  try {
    createPrivateFile(path)
  } catch (error) {
    throw cannotWrite(path, error)
  }
  const busyTimeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS
  return retryWhileBusy(path, () => openWritable(path, busyTimeoutMs))
}

/**
 * Opens the state of a folder for reading; undefined when there is none yet, and then nothing is made.
 * A database of an older version is brought up to date first. Throws `UserError` as `openState` does.
 */
export function openStateReadonly(dir: string, options: OpenStateOptions): State | undefined {
  const path = stateFile(dir)
  if (!hasContent(path)) return undefined
  const busyTimeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS
  const found = retryWhileBusy(path, () => openReadable(path, busyTimeoutMs))
  if (found !== 'outdated') return found
  openState(dir, options).close()
  return openStateReadonly(dir, options)
}

/**
 * Opens the state of a folder for reading, as it is: undefined when there is none, or one of an older version. Makes
 * and changes nothing, and does not wait for who writes. Throws when it cannot be read.
 */
export function openStateAsItIs(dir: string): State | undefined {
  const path = stateFile(dir)
  if (!hasContent(path)) return undefined
  const found = openReadable(path, 0)
  return found === 'outdated' ? undefined : found
}

/** What tells a folder of ours: either may have been there first. */
const OURS = ['state.db', 'config.yaml']

/** Closing a folder of other things to others would break those: as root, `AGENTOPS_HOME=/tmp` the whole machine. */
function refuseSharedFolder(dir: string): void {
  const entries = entriesOfOpenFolder(dir)
  if (entries.length > 0 && !OURS.some((name) => entries.includes(name))) throw sharedFolder(dir)
}

/** What is in a folder that others can enter; nothing for any other, and for one that we cannot look into. */
function entriesOfOpenFolder(dir: string): readonly string[] {
  try {
    return (statSync(dir).mode & 0o077) === 0 ? [] : readdirSync(dir)
  } catch {
    return []
  }
}

function openWritable(path: string, busyTimeoutMs: number): State {
  const db = new Sqlite(path, { busyTimeoutMs, explain: explainStorageFault })
  try {
    if (schemaVersion(db) < SCHEMA_VERSION) {
      db.exec('PRAGMA journal_mode = WAL')
      migrate(db)
    }
    // In WAL mode a crash of ours loses nothing; a power cut may lose the last transactions, never the file.
    db.exec('PRAGMA synchronous = NORMAL')
    return new State(db, { readonly: false, busyTimeoutMs })
  } catch (error) {
    db.close()
    throw error
  }
}

function openReadable(path: string, busyTimeoutMs: number): State | 'outdated' | undefined {
  const db = new Sqlite(path, { readonly: true, busyTimeoutMs, explain: explainStorageFault })
  try {
    const version = schemaVersion(db)
    if (version === SCHEMA_VERSION) return new State(db, { readonly: true, busyTimeoutMs })
    db.close()
    return version === 0 ? undefined : 'outdated'
  } catch (error) {
    db.close()
    throw error
  }
}

/** False for a missing file and for the empty one that somebody is just making. */
function hasContent(path: string): boolean {
  try {
    return statSync(path).size > 0
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw cannotWrite(path, error)
  }
}

function retryWhileBusy<T>(path: string, open: () => T): T {
  const startedMs = performance.now()
  for (;;) {
    try {
      return open()
    } catch (error) {
      const waitedMs = performance.now() - startedMs
      if (!isBusy(error) || waitedMs > OPEN_LIMIT_MS) throw explainBusy(error, path, waitedMs)
      pauseSync(jitterMs())
    }
  }
}
