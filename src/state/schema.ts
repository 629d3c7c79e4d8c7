import { Row } from '../lib/row.ts'
import type { Sqlite } from '../platform/sqlite.ts'
import { MIGRATIONS } from './migrations.ts'
import { foreignDatabase, newerDatabase } from './storage-fault.ts'

/** The schema this program works with. */
export const SCHEMA_VERSION = MIGRATIONS.length

/** `AGNT`: tells our database from other programs' (https://sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x41474e54

/** The version of a database; 0 when it is empty. Throws `UserError` for a newer one and for one that is not ours. */
export function schemaVersion(db: Sqlite): number {
  // One snapshot, or another process's first migration could come in between.
  db.exec('BEGIN')
  try {
    return readVersion(db)
  } finally {
    db.rollBack()
  }
}

/** Takes the steps that are missing, in one transaction. */
export function migrate(db: Sqlite): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    // Read again: another process may have been first.
    for (const step of MIGRATIONS.slice(readVersion(db))) db.exec(step)
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
    db.exec('COMMIT')
  } catch (error) {
    db.rollBack()
    throw error
  }
}

function readVersion(db: Sqlite): number {
  // First, because it reads the schema: a file that is damaged or cut off is found out here.
  const isEmpty = !hasTables(db)
  const version = pragma(db, 'user_version')
  const isOurs = pragma(db, 'application_id') === APPLICATION_ID
  if (!isOurs && (!isEmpty || version !== 0)) throw foreignDatabase(db.path)
  if (version > SCHEMA_VERSION) throw newerDatabase(db.path, version, SCHEMA_VERSION)
  return version
}

function pragma(db: Sqlite, name: 'user_version' | 'application_id'): number {
  return new Row('pragma', db.prepare(`PRAGMA ${name}`).get()).integer(name)
}

function hasTables(db: Sqlite): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined
}
