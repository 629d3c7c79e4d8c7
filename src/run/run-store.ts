import type { ContainerId } from '../runtime/container-state.ts'
import type { Clock } from '../platform/clock.ts'
import { faultPoint } from '../platform/fault-point.ts'
import type { ProcessIdentity } from '../platform/process-identity.ts'
import type { State } from '../state/state.ts'
import { decodeResource, decodeRun } from './run-row.ts'
import { isLive, LIVE_STATES, type RunState, statesBefore } from './run-state.ts'
import type { ResourceKind, ResourceRecord, RunRecord } from './run-record.ts'

/** The name belongs to a live run. */
export class NameTakenError extends Error {
  override readonly name = 'NameTakenError'
  readonly holder: RunRecord

  constructor(holder: RunRecord) {
    super(`the name "${holder.name}" belongs to ${holder.id}`)
    this.holder = holder
  }
}

/** What a transition writes besides the state. */
export type RunChanges = {
  containerId?: ContainerId
  startedAtMs?: number
  endedAtMs?: number
  exitCode?: number
  error?: string
}

const LIVE = LIVE_STATES.map((state) => `'${state}'`).join(', ')

/** The `runs` and `resources` tables. Every change is one immediate transaction. */
export class RunStore {
  readonly #state: State
  readonly #clock: Clock

  constructor(state: State, clock: Clock) {
    this.#state = state
    this.#clock = clock
  }

  /** Takes the name for a new run. Throws `NameTakenError` while a live run has it. */
  claim(run: RunRecord, alongside?: () => void): void {
    this.#change('claim', () => {
      const holder = this.#liveByName(run.name)
      if (holder !== undefined) throw new NameTakenError(holder)
      this.#state.db
        .prepare(
          `INSERT INTO runs (id, name, state, runtime, endpoint, image, workspace, attached, keep,
             created_at_ms, owner_pid, owner_start, owner_boot, plan)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          run.id,
          run.name,
          run.state,
          run.runtime,
          run.endpoint,
          run.image,
          run.workspace,
          run.attached ? 1 : 0,
          run.keep ? 1 : 0,
          run.createdAtMs,
          run.owner.pid,
          run.owner.start,
          run.owner.bootId,
          JSON.stringify(run.plan),
        )
      alongside?.()
    })
  }

  find(id: string): RunRecord | undefined {
    const row = this.#state.db.prepare('SELECT * FROM runs WHERE id = ?').get(id)
    return row === undefined ? undefined : decodeRun(row)
  }

  /** Newest first; `live` leaves the ended ones out. */
  list(options: { live: boolean }): RunRecord[] {
    const where = options.live ? `WHERE state IN (${LIVE})` : ''
    return this.#state.db
      .prepare(`SELECT * FROM runs ${where} ORDER BY created_at_ms DESC, id`)
      .all()
      .map(decodeRun)
  }

  /** Ended runs that may have left something. */
  listUncleaned(): RunRecord[] {
    return this.#state.db
      .prepare(
        `SELECT * FROM runs WHERE cleaned_at_ms IS NULL AND state NOT IN (${LIVE}) ORDER BY created_at_ms`,
      )
      .all()
      .map(decodeRun)
  }

  hasLive(): boolean {
    return (
      this.#state.db.prepare(`SELECT 1 FROM runs WHERE state IN (${LIVE}) LIMIT 1`).get() !==
      undefined
    )
  }

  /**
   * Moves a run on. False when the run is not in a state that `to` may follow: somebody else moved it
   * first, and what they wrote stands.
   */
  transition(id: string, to: RunState, changes: RunChanges = {}, alongside?: () => void): boolean {
    return this.#change(to, () => {
      const from = statesBefore(to)
      const marks = from.map(() => '?').join(', ')
      const { changes: moved } = this.#state.db
        .prepare(
          `UPDATE runs SET state = ?, container_id = COALESCE(?, container_id),
             started_at_ms = COALESCE(?, started_at_ms), ended_at_ms = COALESCE(?, ended_at_ms),
             exit_code = COALESCE(?, exit_code), error = COALESCE(?, error)
           WHERE id = ? AND state IN (${marks})`,
        )
        .run(
          to,
          changes.containerId ?? null,
          changes.startedAtMs ?? null,
          changes.endedAtMs ?? null,
          changes.exitCode ?? null,
          changes.error ?? null,
          id,
          ...from,
        )
      if (moved === 0) return false
      alongside?.()
      return true
    })
  }

  /** Writes down which process looks after a run that is being made or ended. */
  adopt(id: string, owner: ProcessIdentity): void {
    this.#change('adopt', () =>
      this.#state.db
        .prepare('UPDATE runs SET owner_pid = ?, owner_start = ?, owner_boot = ? WHERE id = ?')
        .run(owner.pid, owner.start, owner.bootId, id),
    )
  }

  /** Unbinds a run from its command. */
  detach(id: string): void {
    this.#change('detach', () =>
      this.#state.db.prepare('UPDATE runs SET attached = 0 WHERE id = ?').run(id),
    )
  }

  /** Writes down what the run is about to make. */
  intend(id: string, kind: ResourceKind, name: string): void {
    this.#change('intend', () =>
      this.#state.db
        .prepare(
          'INSERT OR IGNORE INTO resources (run_id, kind, name, intended_at_ms) VALUES (?, ?, ?, ?)',
        )
        .run(id, kind, name, this.#clock.now()),
    )
  }

  /** Writes down that it was made, and moves the run to `starting`. */
  recordContainer(id: string, name: string, containerId: ContainerId): boolean {
    return this.transition(id, 'starting', { containerId }, () =>
      this.#state.db
        .prepare(
          `UPDATE resources SET runtime_id = ?, made_at_ms = ? WHERE run_id = ? AND kind = 'container' AND name = ?`,
        )
        .run(containerId, this.#clock.now(), id, name),
    )
  }

  /** Writes down that something the run intended is there. */
  recordMade(id: string, kind: ResourceKind, name: string): void {
    this.#change('made', () =>
      this.#state.db
        .prepare('UPDATE resources SET made_at_ms = ? WHERE run_id = ? AND kind = ? AND name = ?')
        .run(this.#clock.now(), id, kind, name),
    )
  }

  resources(id: string): ResourceRecord[] {
    return this.#state.db
      .prepare('SELECT * FROM resources WHERE run_id = ? ORDER BY kind, name')
      .all(id)
      .map(decodeResource)
  }

  /** Marks the run's resources of this kind as removed. */
  recordRemoved(id: string, kind: ResourceKind): void {
    this.#change('removed', () =>
      this.#state.db
        .prepare(
          'UPDATE resources SET removed_at_ms = ? WHERE run_id = ? AND kind = ? AND removed_at_ms IS NULL',
        )
        .run(this.#clock.now(), id, kind),
    )
  }

  /** Nothing of the run is left but its record. */
  recordCleaned(id: string): void {
    this.#change('cleaned', () =>
      this.#state.db
        .prepare('UPDATE runs SET cleaned_at_ms = ? WHERE id = ?')
        .run(this.#clock.now(), id),
    )
  }

  /** Forgets an ended run; a live one stays. */
  forget(id: string): void {
    this.#change('forget', () => {
      const run = this.find(id)
      if (run === undefined || isLive(run.state)) return
      this.#state.db.prepare('DELETE FROM resources WHERE run_id = ?').run(id)
      this.#state.db.prepare('DELETE FROM runs WHERE id = ?').run(id)
    })
  }

  #liveByName(name: string): RunRecord | undefined {
    const row = this.#state.db
      .prepare(`SELECT * FROM runs WHERE name = ? AND state IN (${LIVE})`)
      .get(name)
    return row === undefined ? undefined : decodeRun(row)
  }

  #change<T>(step: string, work: () => T): T {
    if (globalThis.AGENT_FAULTS) faultPoint(() => `before-commit:${step}`)
    const result = this.#state.transaction(work)
    if (globalThis.AGENT_FAULTS) faultPoint(() => `after-commit:${step}`)
    return result
  }
}
