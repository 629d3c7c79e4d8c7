import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  canFollow,
  isLive,
  isRunState,
  LIVE_STATES,
  RUN_STATES,
  type RunState,
  statesBefore,
} from '../../../src/run/run-state.ts'

/** The life of a run as a person would write it down: every state it may go through, in order. */
const LIVES: readonly (readonly RunState[])[] = [
  ['created', 'starting', 'running', 'stopping', 'stopped'],
  ['created', 'starting', 'running', 'stopping', 'failed'],
  ['created', 'starting', 'running', 'stopped'],
  ['created', 'starting', 'running', 'failed'],
  ['created', 'starting', 'stopping', 'stopped'],
  ['created', 'starting', 'failed'],
  ['created', 'stopping', 'stopped'],
  ['created', 'failed'],
]

function isStepOfALife(from: RunState, to: RunState): boolean {
  return LIVES.some((life) => life.some((state, at) => state === from && life[at + 1] === to))
}

const aState = fc.constantFrom(...RUN_STATES)

describe('the states of a run', () => {
  test('follow each other as in one of its possible lives, and in no other way', () => {
    for (const from of RUN_STATES)
      for (const to of RUN_STATES)
        expect({ from, to, can: canFollow(from, to) }).toEqual({
          from,
          to,
          can: isStepOfALife(from, to),
        })
  })

  test('whatever is asked for, a run goes forward, ends at most once and then stays as it is', () => {
    fc.assert(
      fc.property(fc.array(aState, { maxLength: 40 }), (wishes) => {
        let state: RunState = 'created'
        const seen: RunState[] = [state]
        for (const wish of wishes) {
          if (!canFollow(state, wish)) continue
          expect(isLive(state)).toBe(true)
          state = wish
          seen.push(state)
        }
        expect(new Set(seen).size).toBe(seen.length)
        expect(seen.filter((one) => !isLive(one)).length).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('every live state has a way to an end', () => {
    for (const state of LIVE_STATES) expect(reachable(state).some((one) => !isLive(one))).toBe(true)
  })

  test('statesBefore turns the table around, in the order of a life', () => {
    for (const to of RUN_STATES) {
      const before = statesBefore(to)
      expect(before).toEqual(RUN_STATES.filter((from) => canFollow(from, to)))
      expect(before.every(isLive)).toBe(true)
    }
    expect(statesBefore('created')).toEqual([])
    expect(statesBefore('running')).toEqual(['starting'])
    expect(statesBefore('stopping')).toEqual(['created', 'starting', 'running'])
  })

  test('are told from other words', () => {
    for (const state of RUN_STATES) expect(isRunState(state)).toBe(true)
    for (const text of ['', 'Running', 'orphaned', 'constructor'])
      expect(isRunState(text)).toBe(false)
  })
})

function reachable(from: RunState): RunState[] {
  const found = new Set<RunState>()
  const visit = (state: RunState): void => {
    for (const next of RUN_STATES.filter((to) => canFollow(state, to) && !found.has(to))) {
      found.add(next)
      visit(next)
    }
  }
  visit(from)
  return [...found]
}
