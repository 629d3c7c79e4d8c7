import { expect, test } from 'bun:test'
import { PlainProgress } from '../../../src/apple/plain-progress.ts'
import type { BuildProgress } from '../../../src/runtime/image-builder.ts'

const OUTPUT = `#4 [1/2] FROM docker.io/library/busybox
#4 CACHED

#5 [2/2] RUN make
#5 0.123 no rule
#5 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2
------
`

test('the plain progress of a build tells its steps, and the one that failed with its last lines', () => {
  const seen: BuildProgress[] = []
  const progress = new PlainProgress(
    (news) => seen.push(news),
    () => 1,
  )
  for (const byte of Buffer.from(OUTPUT)) progress.push(Uint8Array.of(byte))
  const steps = seen.flatMap((news) => (news.kind === 'step' ? [news.step] : []))
  const make = { id: '5', name: '[2/2] RUN make', isCached: false, startedMs: 1 }
  expect(steps).toEqual([
    { id: '4', name: '[1/2] FROM docker.io/library/busybox', isCached: false, startedMs: 1 },
    {
      id: '4',
      name: '[1/2] FROM docker.io/library/busybox',
      isCached: true,
      startedMs: 1,
      completedMs: 1,
    },
    make,
    {
      ...make,
      completedMs: 1,
      error: 'process "/bin/sh -c make" did not complete successfully: exit code: 2',
    },
  ])
  expect(progress.failure).toEqual({ stepName: '[2/2] RUN make', lastLines: ['no rule'] })
})
