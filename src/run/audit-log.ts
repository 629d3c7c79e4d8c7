import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { errorCode } from '../lib/errors.ts'
import { Row } from '../lib/row.ts'
import type { Clock } from '../platform/clock.ts'
import { faultPoint } from '../platform/fault-point.ts'
import { writeFault } from '../platform/write-fault.ts'
import type { State } from '../state/state.ts'
import { type AuditVerdict, firstLink, formatEntry, nextEntry, verifyAudit } from './audit-chain.ts'
import type { AuditEvent } from './audit-entry.ts'

/** The row's part: `bytes` of the file are settled; `pending` is the text of entries that follow them. */
type AuditRow = { count: number; hash: string; bytes: number; pending: string }

/**
 * The logs of runs, a file of JSON Lines each, and what the runs' rows say of them.
 *
 * An entry is first written into the row, whole, in the transaction of what it tells; so it is there exactly once, and the
 * head hash never lags behind. `flush` then moves it to the file. A process that dies in between leaves the entry in the row: a reader
 * takes it from there and the next writer moves it. So what is missing from the file without being in the row was cut off by somebody.
 * Writers exclude each other by the database's lock, which the kernel takes back from the dead.
 */
export class AuditLog {
  readonly #state: State
  readonly #clock: Clock
  readonly #pathOf: (runId: string) => string

  constructor(state: State, clock: Clock, pathOf: (runId: string) => string) {
    this.#state = state
    this.#clock = clock
    this.#pathOf = pathOf
  }

  /** Writes an entry into the run's row; call it in the transaction of what it tells. A run that is gone has none. */
  record(runId: string, event: AuditEvent): void {
    this.#state.transaction(() => {
      const row = this.#row(runId)
      if (row === undefined) return
      const entry = nextEntry(row, this.#clock.now(), event)
      this.#state.db
        .prepare(
          'UPDATE runs SET audit_count = ?, audit_head = ?, audit_pending = audit_pending || ? WHERE id = ?',
        )
        .run(entry.seq, entry.hash, formatEntry(entry), runId)
    })
  }

  /** Moves what the row still holds to the file. Throws a `UserError` when that cannot be written; nothing is lost then. */
  flush(runId: string): void {
    this.#state.transaction(() => {
      const row = this.#row(runId)
      if (row === undefined || row.pending === '') return
      const bytes = Buffer.from(row.pending)
      const path = this.#pathOf(runId)
      try {
        writeAt(path, row.bytes, bytes)
      } catch (cause) {
        throw writeFault(path, cause)
      }
      if (globalThis.AGENT_FAULTS) faultPoint(() => 'audit:file-written')
      this.#state.db
        .prepare("UPDATE runs SET audit_bytes = ?, audit_pending = '' WHERE id = ?")
        .run(row.bytes + bytes.length, runId)
    })
  }

  /** For a run that is being destroyed: from now on it has no log, so that a missing file is nobody's tampering. */
  forget(runId: string): void {
    this.#state.transaction(() =>
      this.#state.db
        .prepare(
          "UPDATE runs SET audit_count = 0, audit_head = NULL, audit_bytes = 0, audit_pending = '' WHERE id = ?",
        )
        .run(runId),
    )
  }

  /** Records an entry that belongs to no change of the run, and writes it. Throws as `flush` does. */
  append(runId: string, event: AuditEvent): void {
    this.record(runId, event)
    this.flush(runId)
  }

  /** The text of the log and what is to be said of it; undefined for a run that an older version made. Only reads. */
  read(runId: string): { text: string; verdict: AuditVerdict } | undefined {
    return this.#state.snapshot(() => {
      const row = this.#row(runId)
      if (row === undefined || row.count === 0) return undefined
      const text = withPending(contentOf(this.#pathOf(runId)), row)
      return { text, verdict: verifyAudit(text, runId, row) }
    })
  }

  #row(runId: string): AuditRow | undefined {
    const found = this.#state.db
      .prepare('SELECT audit_count, audit_head, audit_bytes, audit_pending FROM runs WHERE id = ?')
      .get(runId)
    if (found === undefined || found === null) return undefined
    const row = new Row('runs', found)
    return {
      count: row.integer('audit_count'),
      hash: row.optionalText('audit_head') ?? firstLink(runId),
      bytes: row.integer('audit_bytes'),
      pending: row.text('audit_pending'),
    }
  }
}

/** A writer may have died anywhere between the row and the file: the file then holds a beginning of what is pending, or all of it. */
function withPending(content: Buffer, { bytes, pending }: AuditRow): string {
  const rest = content.subarray(bytes)
  const expected = Buffer.from(pending)
  const isInterrupted = content.length >= bytes && expected.subarray(0, rest.length).equals(rest)
  if (!isInterrupted) return content.toString('utf8')
  return Buffer.concat([content.subarray(0, bytes), expected]).toString('utf8')
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}

/**
 * At the settled length, not at the end: what an interrupted writer left there is written over by the same bytes, and a file that
 * somebody made longer or shorter stays recognisable.
 */
function writeAt(path: string, position: number, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const { O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
  const descriptor = openSync(path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0o600)
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error(`${path} is no file`)
    for (let done = 0; done < bytes.length;)
      done += writeSync(descriptor, bytes, done, bytes.length - done, position + done)
  } finally {
    closeSync(descriptor)
  }
}
