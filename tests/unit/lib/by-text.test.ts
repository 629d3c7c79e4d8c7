import { expect, test } from 'bun:test'
import { byText } from '../../../src/lib/by-text.ts'

test('items are ordered by a text of theirs, capitals first, and equal ones stay as they were', () => {
  const items = ['b1', 'a1', 'Z1', 'é1', 'a2', 'b0']
  expect(items.toSorted(byText((item) => item[0] ?? ''))).toEqual([
    'Z1',
    'a1',
    'a2',
    'b1',
    'b0',
    'é1',
  ])
})
