import { expect } from 'bun:test'
import { type RunState, statesBefore } from '../../../src/run/run-state.ts'
import { RunStore } from '../../../src/run/run-store.ts'
import { openState } from '../../../src/state/open-state.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { temporaryFolder } from '../platform/temporary-folder.ts'

/** A store of runs on a database in an empty folder. */
export function aRunStore(): Disposable & { runs: RunStore; clock: FakeClock; path: string } {
  const folder = temporaryFolder()
  const state = openState(folder.path, { uid: -1 })
  const clock = new FakeClock()
  return {
    runs: new RunStore(state, clock),
    clock,
    path: folder.path,
    [Symbol.dispose]() {
      state.close()
      folder[Symbol.dispose]()
    },
  }
}

/** Brings a claimed run to a state by the ordinary way. */
export function bringTo(runs: RunStore, id: string, state: RunState): void {
  if (runs.find(id)?.state === state) return
  const [before] = statesBefore(state).filter((from) => from !== 'stopping' || state === 'stopped')
  bringTo(runs, id, before ?? 'created')
  expect(runs.transition(id, state)).toBe(true)
}
