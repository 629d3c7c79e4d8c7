import { expect, test } from 'bun:test'
import { stepTitle } from '../../../src/lib/step-title.ts'

test('a step is shown without its mounts, on one line, and no longer than a line', () => {
  expect(
    stepTitle('[2/5] RUN --mount=type=cache,target=/a,sharing=locked apt-get  \\\n update'),
  ).toBe('[2/5] RUN apt-get \\ update')
  expect(stepTitle(`RUN ${'x'.repeat(500)}`)).toHaveLength(120)
})
