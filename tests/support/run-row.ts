import type { State } from '../../src/state/state.ts'

/** Writes the row of a run, as far as routes care. Throws when a live run has the name. */
export function insertRun(state: State, id: string, name: string, runState = 'running'): void {
  state.transaction(() =>
    state.db
      .prepare(
        `INSERT INTO runs (id, name, state, runtime, endpoint, image, workspace, attached, keep,
           created_at_ms, owner_pid, owner_start, owner_boot, plan)
         VALUES (?, ?, ?, 'docker', 'unix:///run/test.sock', 'busybox', '/w', 0, 0, 1, 1, '1', 'boot', '{}')`,
      )
      .run(id, name, runState),
  )
}

export function setRunState(state: State, id: string, runState: string): void {
  state.transaction(() =>
    state.db.prepare('UPDATE runs SET state = ? WHERE id = ?').run(runState, id),
  )
}
