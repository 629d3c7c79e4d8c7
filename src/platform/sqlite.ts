import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { sqliteResultCode } from './sqlite-result-code.ts'

/** What a parameter of a statement may be. */
export type SqlValue = string | number | bigint | null | Uint8Array

/** One compiled statement. Rows come out as `unknown`, to be read with `Row` of `lib/row.ts`. */
export interface SqlStatement {
  /** The first row, or undefined. */
  get(...values: SqlValue[]): unknown
  all(...values: SqlValue[]): unknown[]
  run(...values: SqlValue[]): { changes: number }
}

export type SqliteOptions = {
  /** Never writes, and fails on a missing file instead of making it. */
  readonly?: boolean
  /** How long a statement waits, with its thread blocked, for another connection's lock. */
  busyTimeoutMs: number
  /** What to throw for a failure, for callers that can say more about the file. */
  explain?: (failure: SqliteFailure) => Error
}

/** The primary result codes that somebody acts on (https://sqlite.org/rescode.html). */
const CODES = {
  5: 'busy',
  8: 'readonly',
  10: 'io',
  11: 'corrupt',
  13: 'full',
  14: 'cannot-open',
  15: 'io',
  19: 'constraint',
  26: 'not-a-database',
} as const

export type SqliteCode = (typeof CODES)[keyof typeof CODES] | 'other'

/** A statement, or opening a file, that failed. */
export class SqliteFailure extends Error {
  override readonly name = 'SqliteFailure'
  readonly path: string
  readonly code: SqliteCode

  constructor(path: string, code: SqliteCode, cause: Error) {
    super(`${path}: ${cause.message}`, { cause })
    this.path = path
    this.code = code
  }
}

/** True when another connection held the lock for longer than the busy timeout. */
export function isBusy(error: unknown): boolean {
  return error instanceof SqliteFailure && error.code === 'busy'
}

/**
 * One connection to an SQLite file. Synchronous, because every query of ours takes microseconds; the only
 * wait is for locks, and it is bounded. `node:sqlite` and not `bun:sqlite`: equally fast in the compiled
 * binary (docs/decisions/004-sqlite.md), and it runs on Deno and Node too.
 */
export class Sqlite {
  readonly path: string
  readonly #explain: (failure: SqliteFailure) => Error
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, SqlStatement>()

  /** Opens the file and makes it, empty, when it is missing. Throws `SqliteFailure`, or what `explain` makes of it. */
  constructor(path: string, options: SqliteOptions) {
    this.path = path
    this.#explain = options.explain ?? ((failure) => failure)
    // The timeout has to be in force before the first statement: even `PRAGMA journal_mode` can meet a lock.
    this.#database = this.#attempt(
      () =>
        new DatabaseSync(path, {
          readOnly: options.readonly ?? false,
          timeout: options.busyTimeoutMs,
          enableForeignKeyConstraints: true,
        }),
    )
  }

  /** Runs statements whose rows nobody wants. */
  exec(sql: string): void {
    this.#attempt(() => this.#database.exec(sql))
  }

  /** Compiles a statement, once per text. */
  prepare(sql: string): SqlStatement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#wrap(this.#attempt(() => this.#database.prepare(sql)))
    this.#statements.set(sql, statement)
    return statement
  }

  /** After some failures (disk full) SQLite has ended the transaction itself. */
  get isTransaction(): boolean {
    return this.#database.isTransaction
  }

  /** Undoes the open transaction, if there is one. */
  rollBack(): void {
    if (this.isTransaction) this.exec('ROLLBACK')
  }

  /** A second call does nothing. */
  close(): void {
    this.#statements.clear()
    if (this.#database.isOpen) this.#database.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #wrap(statement: StatementSync): SqlStatement {
    return {
      get: (...values) => this.#attempt((): unknown => statement.get(...values)),
      all: (...values) => this.#attempt((): unknown[] => statement.all(...values)),
      run: (...values) =>
        this.#attempt(() => ({ changes: Number(statement.run(...values).changes) })),
    }
  }

  #attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      const code = sqliteResultCode(error)
      if (code === undefined || !(error instanceof Error)) throw error
      throw this.#explain(new SqliteFailure(this.path, meaningOf(code), error))
    }
  }
}

function meaningOf(resultCode: number): SqliteCode {
  // The low byte is the primary code, the rest says which kind of it.
  const primary = resultCode & 0xff
  const known = Object.entries(CODES).find(([code]) => Number(code) === primary)
  return known === undefined ? 'other' : known[1]
}
