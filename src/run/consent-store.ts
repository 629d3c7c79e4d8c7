import { z } from 'zod'
import type { Weakening } from '../config/weakening-keys.ts'
import { Row } from '../lib/row.ts'
import type { State } from '../state/state.ts'

/** What the user once allowed a project to ask for. */
export type Consent = {
  /** Real path. */
  workspace: string
  /** Of `Weakening`: exactly these keys. */
  hash: string
  keys: readonly (readonly [key: string, value: string])[]
  givenAtMs: number
}

const keyList = z.array(z.tuple([z.string(), z.string()]))

/** The `consents` table. It lies outside every workspace, so no run can forge what is in it. */
export class ConsentStore {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  find(workspace: string): Consent | undefined {
    const row = this.#state.db.prepare('SELECT * FROM consents WHERE workspace = ?').get(workspace)
    return row === undefined || row === null ? undefined : decodeConsent(row)
  }

  /** By path. */
  list(): Consent[] {
    return this.#state.db
      .prepare('SELECT * FROM consents ORDER BY workspace')
      .all()
      .map(decodeConsent)
  }

  /** In place of an earlier one. */
  give(workspace: string, { hash, keys }: Weakening, givenAtMs: number): void {
    const list = JSON.stringify(keys.map(({ key, value }) => [key, value]))
    this.#state.transaction(() =>
      this.#state.db
        .prepare(
          'INSERT OR REPLACE INTO consents (workspace, hash, keys, given_at_ms) VALUES (?, ?, ?, ?)',
        )
        .run(workspace, hash, list, givenAtMs),
    )
  }

  /** False when there was none. */
  revoke(workspace: string): boolean {
    return this.#state.transaction(
      () =>
        this.#state.db.prepare('DELETE FROM consents WHERE workspace = ?').run(workspace).changes >
        0,
    )
  }
}

function decodeConsent(value: unknown): Consent {
  const row = new Row('consents', value)
  return {
    workspace: row.text('workspace'),
    hash: row.text('hash'),
    keys: keyList.parse(row.json('keys')),
    givenAtMs: row.integer('given_at_ms'),
  }
}
