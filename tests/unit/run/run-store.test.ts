import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { RunRecord } from '../../../src/run/run-record.ts'
import { canFollow, isLive, RUN_STATES, type RunState } from '../../../src/run/run-state.ts'
import { containerId } from '../../../src/runtime/container-state.ts'
import { aRun } from './a-run.ts'
import { aRunStore, bringTo } from './a-run-store.ts'

const ID = aRun().id
const BOX = containerId('box')

describe('a transition', () => {
  test('is granted from exactly the states that may come before, and changes nothing otherwise', () => {
    using store = aRunStore()
    let count = 0
    for (const from of RUN_STATES)
      for (const to of RUN_STATES) {
        const id = `run_${String(count++).padStart(12, '0')}`
        store.runs.claim(aRun({ id, name: id }))
        bringTo(store.runs, id, from)
        const before = store.runs.find(id)
        const granted = store.runs.transition(id, to, { error: 'why', exitCode: 3 })
        expect({ from, to, granted }).toEqual({ from, to, granted: canFollow(from, to) })
        const after = store.runs.find(id)
        if (granted) expect(after).toMatchObject({ state: to, error: 'why', exitCode: 3 })
        else expect(after).toEqual(before)
      }
  })

  test('of a run that is not there is refused', () => {
    using store = aRunStore()
    expect(store.runs.transition('run_ffffffffffff', 'starting')).toBe(false)
  })

  test('keeps what earlier ones wrote', () => {
    using store = aRunStore()
    store.runs.claim(aRun())
    store.runs.intend(ID, 'container', 'agentops-myapp')
    store.runs.recordContainer(ID, 'agentops-myapp', BOX)
    store.runs.transition(ID, 'running', { startedAtMs: 5 })
    store.runs.transition(ID, 'stopping')
    store.runs.transition(ID, 'stopped', { endedAtMs: 9, exitCode: 0 })
    expect(store.runs.find(ID)).toMatchObject({
      state: 'stopped',
      containerId: 'box',
      startedAtMs: 5,
      endedAtMs: 9,
      exitCode: 0,
    })
  })

  test('can have another process look after the run', () => {
    using store = aRunStore()
    store.runs.claim(aRun())
    const owner = { pid: 7, start: 'later', bootId: 'boot' }
    store.runs.adopt(ID, owner)
    expect(store.runs.find(ID)?.owner).toEqual(owner)
  })

  test('and what is done alongside happen together or not at all', () => {
    using store = aRunStore()
    store.runs.claim(aRun())
    const failing = (): void => {
      store.runs.intend(ID, 'network', 'n')
      throw new Error('no such route')
    }
    expect(() => store.runs.transition(ID, 'starting', {}, failing)).toThrow('no such route')
    expect(store.runs.find(ID)?.state).toBe('created')
    expect(store.runs.resources(ID)).toEqual([])
  })

  test('that is refused does nothing alongside', () => {
    using store = aRunStore()
    store.runs.claim(aRun())
    const seen: string[] = []
    expect(store.runs.transition(ID, 'running', {}, () => seen.push('done'))).toBe(false)
    expect(seen).toEqual([])
  })
})

describe('what a run makes', () => {
  test('is written down before, when it was made and when it was removed', () => {
    using store = aRunStore()
    const { runs, clock } = store
    runs.claim(aRun())
    runs.intend(ID, 'container', 'agentops-myapp')
    runs.intend(ID, 'container', 'agentops-myapp')
    expect(runs.resources(ID)).toEqual([{ kind: 'container', name: 'agentops-myapp' }])
    expect(runs.recordContainer(ID, 'agentops-myapp', BOX)).toBe(true)
    const madeAtMs = clock.now()
    clock.advance(1000)
    runs.recordRemoved(ID, 'network')
    runs.recordRemoved(ID, 'container')
    clock.advance(1000)
    runs.recordRemoved(ID, 'container')
    expect(runs.resources(ID)).toEqual([
      {
        kind: 'container',
        name: 'agentops-myapp',
        runtimeId: 'box',
        madeAtMs,
        removedAtMs: madeAtMs + 1000,
      },
    ])
  })

  test('after somebody else has ended the run is refused', () => {
    using store = aRunStore()
    const { runs } = store
    runs.claim(aRun())
    runs.intend(ID, 'container', 'agentops-myapp')
    bringTo(runs, ID, 'stopped')
    expect(runs.recordContainer(ID, 'agentops-myapp', BOX)).toBe(false)
    expect(runs.find(ID)?.containerId).toBeUndefined()
    expect(runs.resources(ID)).toEqual([{ kind: 'container', name: 'agentops-myapp' }])
  })
})

describe('a list', () => {
  test('is newest first; ended ones that were not cleaned are found', () => {
    using store = aRunStore()
    const { runs } = store
    for (const [index, state] of RUN_STATES.entries()) {
      const id = `run_00000000000${index}`
      runs.claim(aRun({ id, name: id, createdAtMs: 1000 + index }))
      bringTo(runs, id, state)
    }
    expect(states(runs.list({ live: false }))).toEqual(RUN_STATES.toReversed())
    expect(states(runs.list({ live: true }))).toEqual([
      'stopping',
      'running',
      'starting',
      'created',
    ])
    expect(states(runs.listUncleaned())).toEqual(['stopped', 'failed'])
    runs.recordCleaned('run_000000000004')
    expect(states(runs.listUncleaned())).toEqual(['failed'])
    expect(runs.hasLive()).toBe(true)
  })

  test('has none at first', () => {
    using store = aRunStore()
    expect(store.runs.list({ live: false })).toEqual([])
    expect(store.runs.hasLive()).toBe(false)
  })
})

describe('a run is forgotten', () => {
  test.each(RUN_STATES)('when it is %s only if it is over, with all that was known', (state) => {
    using store = aRunStore()
    const { runs } = store
    runs.claim(aRun())
    runs.intend(ID, 'container', 'agentops-myapp')
    bringTo(runs, ID, state)
    runs.forget(ID)
    expect(runs.find(ID) === undefined).toBe(!isLive(state))
    expect(runs.resources(ID)).toHaveLength(isLive(state) ? 1 : 0)
  })
})

test('any plan, name and path comes back as it was written', () => {
  using store = aRunStore()
  let count = 0
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, plan) => {
      const id = `run_${String(count++)}`
      const clean = text.replaceAll('\0', '').toWellFormed()
      const run = aRun({
        id,
        name: id,
        workspace: `/${clean}`,
        plan: JSON.parse(JSON.stringify(plan)),
      })
      store.runs.claim(run)
      expect(store.runs.find(id)).toEqual(run)
    }),
  )
})

function states(runs: readonly RunRecord[]): RunState[] {
  return runs.map(({ state }) => state)
}
