import { describe, expect, test } from 'bun:test'
import type { UserError } from '../../../src/lib/errors.ts'
import { resolveLiveRun, resolveRun } from '../../../src/run/resolve-run.ts'
import { userErrorOf } from '../../support/user-error-of.ts'
import { aRun } from './a-run.ts'

const NOW_MS = aRun({}).createdAtMs + 5 * 60_000

/** As the store lists them: newest first. */
const RUNS = [
  aRun({ id: 'run_3f9c2a41b07d', name: 'web', state: 'stopped' }),
  aRun({ id: 'run_3f9c00000000', name: 'api', state: 'running' }),
  aRun({ id: 'run_a00000000000', name: 'web', state: 'running' }),
  aRun({ id: 'run_b00000000000', name: 'old', state: 'failed' }),
  aRun({ id: 'run_c00000000000', name: 'old', state: 'stopped' }),
  aRun({ id: 'run_beef00000000', name: 'a', state: 'stopped' }),
]

describe('the run that a user means', () => {
  test.each([
    ['run_3f9c2a41b07d', 'run_3f9c2a41b07d', 'its whole id'],
    ['run_3f9c2', 'run_3f9c2a41b07d', 'a unique beginning of its id'],
    ['3f9c2', 'run_3f9c2a41b07d', 'the same without run_'],
    ['api', 'run_3f9c00000000', 'its name'],
    ['web', 'run_a00000000000', 'the live one of two with this name'],
    ['b0', 'run_b00000000000', 'one of two that ended under a name, by its id'],
    ['a', 'run_beef00000000', 'a name rather than the beginning of an id'],
    ['a0', 'run_a00000000000', 'an id beginning that is no name'],
  ])('%s is %s (%s)', (text, id) => {
    expect(resolveRun(RUNS, text, NOW_MS).id).toBe(id)
  })

  test.each(['3f9c', 'run_3f9c', 'run_', 'r'])('%s could be several, so all are named', (text) => {
    const error = refusal(text)
    expect(error.message).toContain(`"${text}" matches several runs`)
    expect(error.message).toContain('run_3f9c2a41b07d (web, stopped, 5m)')
    expect(error.message).toContain('run_3f9c00000000 (api, running, 5m)')
  })

  test('several that ended under one name are listed: the newest need not be the one meant', () => {
    const error = refusal('old')
    expect(error.message).toBe(
      '"old" matches several runs: run_b00000000000 (old, failed, 5m), run_c00000000000 (old, stopped, 5m)',
    )
    expect(error.fixes).toEqual(['use an id instead of the name'])
  })

  test.each([
    ['old', 'run_b00000000000', 'several that ended'],
    ['3f9c', 'run_3f9c00000000', 'one that is live, and another'],
    ['3f9c2', 'run_3f9c2a41b07d', 'one that ended'],
  ])('where only a live one can be meant, %s is %s (%s)', (text, id) => {
    expect(resolveLiveRun(RUNS, text, NOW_MS).id).toBe(id)
  })

  test('where only a live one can be meant, nobody and several live ones are told', () => {
    expect(userErrorOf(() => resolveLiveRun(RUNS, 'zzz', NOW_MS)).message).toContain('is no run')
    const message = userErrorOf(() => resolveLiveRun(RUNS, 'run_', NOW_MS)).message
    expect(message).toBe(
      '"run_" matches several runs: run_3f9c00000000 (api, running, 5m), run_a00000000000 (web, running, 5m)',
    )
  })

  test('nothing is guessed: the nearest name is offered, not taken', () => {
    const error = refusal('wbe')
    expect(error.message).toBe('there is no run "wbe"')
    expect(error.fixes).toEqual(['did you mean "web"?', 'agent list -a'])
  })

  test.each(['', 'nothing-like-it', '3f9c2a41b07d0', 'WEB', 'web ', '\u001b[31m'])(
    '%j is nobody',
    (text) => {
      expect(refusal(text).message).toStartWith('there is no run')
    },
  )

  test('without runs there is nobody', () => {
    expect(() => resolveRun([], 'web', NOW_MS)).toThrow('there is no run "web"')
  })
})

function refusal(text: string): UserError {
  return userErrorOf(() => resolveRun(RUNS, text, NOW_MS))
}
