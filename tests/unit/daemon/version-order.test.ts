import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { isNewer } from '../../../src/daemon/version-order.ts'

test.each([
  ['1.2.4', '1.2.3', true],
  ['1.3.0', '1.2.9', true],
  ['2.0.0', '1.99.99', true],
  ['1.10.0', '1.9.0', true],
  ['1.2.3', '1.2.3', false],
  ['1.2.3', '1.2.4', false],
  ['0.1.0', '0.0.0-source', true],
  ['0.0.0-source', '0.1.0', false],
  ['1.0.0', 'nonsense', true],
  ['nonsense', '1.0.0', false],
  ['nonsense', 'other', false],
  ['', '', false],
])('%s is newer than %s: %p', (one, other, expected) => {
  expect(isNewer(one, other)).toBe(expected)
})

test('of two versions at most one is newer, and the order has no cycles', () => {
  const version = fc
    .tuple(fc.nat({ max: 20 }), fc.nat({ max: 20 }), fc.nat({ max: 20 }))
    .map((numbers) => numbers.join('.'))
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(isNewer(a, b) && isNewer(b, a)).toBe(false)
      expect(isNewer(a, b) || isNewer(b, a)).toBe(a !== b)
      if (isNewer(a, b) && isNewer(b, c)) expect(isNewer(a, c)).toBe(true)
    }),
  )
})
