import { expect, test } from 'bun:test'

import { negotiateVersion } from '../../../src/docker/api-version.ts'

const cases: [string, string | undefined][] = [
  ['1.41', '1.41'],
  ['1.45', '1.45'],
  ['1.51', '1.51'],
  ['1.56', '1.51'],
  ['2.0', '1.51'],
  ['1.40', undefined],
  ['1.9', undefined],
  ['0.99', undefined],
  ['', undefined],
  ['latest', undefined],
]

for (const [engine, pinned] of cases) {
  test(`an engine of API ${JSON.stringify(engine)}: ${pinned ?? 'refused'}`, () => {
    expect(negotiateVersion(engine)).toBe(pinned)
  })
}
