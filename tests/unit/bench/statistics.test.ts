import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { comparisonTable } from '../../../bench/markdown-table.ts'
import { median, pairedEstimate } from '../../../bench/statistics.ts'

describe('median', () => {
  test.each([
    { values: [3, 1, 2], expected: 2 },
    { values: [4, 1, 2, 3], expected: 2.5 },
    { values: [], expected: Number.NaN },
  ])('of $values', ({ values, expected }) => {
    expect(median(values)).toBe(expected)
  })
})

describe('estimates of pairs', () => {
  const times = fc.double({ min: 1, max: 1000, noNaN: true })

  test('hold the value between their limits, and are the same for the same pairs', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(times, times), { minLength: 3, maxLength: 20 }), (pairs) => {
        const estimate = pairedEstimate(pairs)
        for (const { value, low, high } of [estimate.ours, estimate.theirs]) {
          expect(low).toBeLessThanOrEqual(value)
          expect(high).toBeGreaterThanOrEqual(value)
        }
        expect(pairedEstimate(pairs)).toEqual(estimate)
      }),
      { numRuns: 10 },
    )
  })

  test('cancel what slowed both programs of a pair', () => {
    const pairs = [1, 2, 4, 8, 16, 32].map((load) => [load * 5, load * 10] as const)
    expect(pairedEstimate(pairs).ratio).toEqual({ value: 0.5, low: 0.5, high: 0.5 })
  })
})

test('the table shows what was measured and why something was not', () => {
  const estimate = pairedEstimate([[5, 10]])
  const rows = [
    { kind: 'measured', name: 'a', ours: 'agent a', theirs: 'docker a', estimate, pairs: 1 },
    { kind: 'skipped', name: 'b', ours: 'agent b', theirs: 'docker b', reason: 'no engine' },
  ] as const
  expect(comparisonTable(rows).split('\n').slice(2)).toEqual([
    '| a | `agent a` | 5.0 (5.0–5.0) ms | `docker a` | 10.0 (10.0–10.0) ms | 0.50 (0.50–0.50) | 1 |',
    '| b | `agent b` | skipped | `docker b` | no engine |  |  |',
  ])
})
