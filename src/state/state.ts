import { Row } from '../lib/row.ts'
import type { Sqlite } from '../platform/sqlite.ts'
import { explainBusy } from './storage-fault.ts'

/** An open state database. The stores (`RunStore`, `RouteStore`) say what is in it. */
export class State {
  readonly db: Sqlite
  readonly readonly: boolean
  readonly #busyTimeoutMs: number
  #open: 'read' | 'write' | undefined
  #homeId: string | undefined

  constructor(db: Sqlite, options: { readonly: boolean; busyTimeoutMs: number }) {
    this.db = db
    this.readonly = options.readonly
    this.#busyTimeoutMs = options.busyTimeoutMs
  }

  /** Names this state folder in engines that several share: sixteen hex digits, made once with the database. */
  get homeId(): string {
    this.#homeId ??= new Row('meta', this.#meta('home_id')).text('value')
    return this.#homeId
  }

  /** Grows with every change of the routes, whoever makes it. */
  get routesGeneration(): number {
    return new Row('meta', this.#meta('routes_generation')).integer('value')
  }

  /**
   * All or nothing: commits when `work` returns, undoes everything when it throws. Begins IMMEDIATE: a transaction
   * that reads first and then writes fails at once when another writer came in between, and no timeout helps.
   * Inside another transaction it is a part of that one. `work` has to be synchronous.
   * Throws `UserError` when another process does not give the lock back in time.
   */
  transaction<T>(work: () => T): T {
    if (this.#open === 'read') throw new TypeError('a snapshot cannot write')
    return this.#open === 'write' ? this.#nested(work) : this.#outermost('write', work)
  }

  /** Several reads of the same moment. Waits for nobody and stops nobody. */
  snapshot<T>(work: () => T): T {
    return this.#open === undefined ? this.#outermost('read', work) : work()
  }

  /** A second call does nothing. */
  close(): void {
    this.db.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #outermost<T>(kind: 'read' | 'write', work: () => T): T {
    try {
      this.db.exec(kind === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN')
      this.#open = kind
      const result = synchronous(work)
      this.db.exec('COMMIT')
      return result
    } catch (error) {
      this.db.rollBack()
      throw explainBusy(error, this.db.path, this.#busyTimeoutMs)
    } finally {
      this.#open = undefined
    }
  }

  /** With a savepoint, so that a caller who catches its failure finds none of its changes. */
  #nested<T>(work: () => T): T {
    this.db.exec('SAVEPOINT nested')
    try {
      const result = synchronous(work)
      this.db.exec('RELEASE nested')
      return result
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK TO nested; RELEASE nested')
      throw error
    }
  }

  #meta(key: string): unknown {
    return this.db.prepare('SELECT value FROM meta WHERE key = ?').get(key)
  }
}

function synchronous<T>(work: () => T): T {
  const result = work()
  if (result instanceof Promise) throw new TypeError('a transaction cannot wait for a promise')
  return result
}
