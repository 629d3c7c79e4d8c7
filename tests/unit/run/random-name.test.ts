import { expect, test } from 'bun:test'
import { isDnsLabel } from '../../../src/lib/dns-label.ts'
import { formatFlatAlias } from '../../../src/routes/host-name.ts'
import { randomName } from '../../../src/run/random-name.ts'

test('a random name is a DNS label that a flat alias can hold', () => {
  const names = Array.from({ length: 3000 }, randomName)
  for (const name of names) {
    expect(isDnsLabel(name)).toBe(true)
    expect(name).toMatch(/^[a-z]+-[a-z]+$/)
    expect(formatFlatAlias('web', name)).toBe(`web--${name}.localhost`)
  }
  // 63 adjectives and 80-odd animals: the words are really picked, not one of each.
  expect(new Set(names).size).toBeGreaterThan(1500)
})
