import { expect, test } from 'bun:test'
import { isVersion } from '../../../src/run/host-programs.ts'

test.each([
  ['20.1.0', '20', true],
  ['20.1.0', '20.1', true],
  ['20.1.0', 'v20.1.0', true],
  ['20.1.0', '2', false],
  ['3.10.2', '3.1', false],
  ['1.21', '1.21', true],
])('a %s is a %s: %p', (version, asked, isOne) => {
  expect(isVersion(version, asked)).toBe(isOne)
})
