import { expect, test } from 'bun:test'
import { nextVersion } from '../../../../scripts/release/next-version.ts'

test.each([
  ['0.1.0', '0.1.1'],
  ['0.9.0', '0.10.0'],
  ['1.0.0-rc.1', '1.0.0'],
  ['1.0.0-rc.9', '1.0.0-rc.10'],
  ['1.0.0-alpha', '1.0.0-alpha.1'],
  ['1.0.0-1', '1.0.0-alpha'],
])('after %s comes %s', (current, next) => {
  expect(nextVersion(next, current)).toBe(next)
  expect(() => nextVersion(current, next)).toThrow('does not come after')
})

test('the same version again is refused', () => {
  expect(() => nextVersion('0.1.0', '0.1.0')).toThrow('does not come after 0.1.0')
})

test.each(['1', 'v1.2.3', '1.2', '01.2.3', '1.2.3+build', ''])('%p is no version', (text) => {
  expect(() => nextVersion(text, '0.1.0')).toThrow('is no version such as 1.2.3')
})
