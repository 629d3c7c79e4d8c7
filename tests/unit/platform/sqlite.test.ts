import { describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Sqlite, SqliteFailure, isBusy } from '../../../src/platform/sqlite.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

function failureOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

function codeAsError(failure: SqliteFailure): Error {
  return new RangeError(failure.code)
}

function database(path: string): Sqlite {
  const db = new Sqlite(path, { busyTimeoutMs: 0 })
  db.exec('CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b TEXT)')
  return db
}

describe('an SQLite connection', () => {
  test('writes and reads rows', () => {
    using folder = temporaryFolder()
    using db = database(join(folder.path, 'a.db'))
    const insert = db.prepare('INSERT INTO t VALUES (?, ?)')
    expect(insert.run(1, 'one')).toEqual({ changes: 1 })
    expect(insert.run(2, null)).toEqual({ changes: 1 })
    expect(db.prepare('SELECT * FROM t WHERE a = ?').get(1)).toEqual({ a: 1, b: 'one' })
    expect(db.prepare('SELECT * FROM t WHERE a = ?').get(3)).toBeUndefined()
    expect(db.prepare('SELECT b FROM t ORDER BY a').all()).toEqual([{ b: 'one' }, { b: null }])
    expect(db.prepare('DELETE FROM t').run()).toEqual({ changes: 2 })
  })

  test('keeps one statement per text', () => {
    using folder = temporaryFolder()
    using db = database(join(folder.path, 'a.db'))
    expect(db.prepare('SELECT 1')).toBe(db.prepare('SELECT 1'))
  })

  test('names the kind of a failure and the file', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.db')
    using db = database(path)
    db.exec("INSERT INTO t VALUES (1, '')")
    const repeated = failureOf(() => db.exec("INSERT INTO t VALUES (1, '')"))
    expect(repeated).toMatchObject({ path, code: 'constraint' })
    expect(failureOf(() => db.exec('SELEC'))).toMatchObject({ code: 'other' })
    expect(failureOf(() => db.prepare('SELEC'))).toBeInstanceOf(SqliteFailure)
  })

  test('tells a lock that somebody holds from other failures', () => {
    using folder = temporaryFolder()
    using one = database(join(folder.path, 'a.db'))
    using other = database(join(folder.path, 'a.db'))
    one.exec('BEGIN IMMEDIATE')
    expect(isBusy(failureOf(() => other.exec('BEGIN IMMEDIATE')))).toBe(true)
    one.rollBack()
    other.exec('BEGIN IMMEDIATE')
    expect(other.isTransaction).toBe(true)
    other.rollBack()
    other.rollBack()
    expect(other.isTransaction).toBe(false)
  })

  test('opened for reading neither makes nor writes a file', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.db')
    const readonly = { readonly: true, busyTimeoutMs: 0 }
    expect(failureOf(() => new Sqlite(path, readonly))).toMatchObject({ code: 'cannot-open' })
    database(path).close()
    using db = new Sqlite(path, readonly)
    expect(failureOf(() => db.exec('DELETE FROM t'))).toMatchObject({ code: 'readonly' })
  })

  test('throws what `explain` makes of a failure', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.db')
    writeFileSync(path, 'no database, but long enough to have the room of a header'.repeat(10))
    using db = new Sqlite(path, { busyTimeoutMs: 0, explain: codeAsError })
    expect(failureOf(() => db.exec('CREATE TABLE t (a)'))).toEqual(new RangeError('not-a-database'))
  })

  test('closes twice without complaint', () => {
    using folder = temporaryFolder()
    const db = database(join(folder.path, 'a.db'))
    db.close()
    expect(() => db.close()).not.toThrow()
  })

  test('enforces foreign keys', () => {
    using folder = temporaryFolder()
    using db = database(join(folder.path, 'a.db'))
    db.exec('CREATE TABLE c (a INTEGER REFERENCES t (a))')
    const orphan = failureOf(() => db.exec('INSERT INTO c VALUES (9)'))
    expect(orphan).toMatchObject({ code: 'constraint' })
  })
})
