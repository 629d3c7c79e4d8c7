import { expect } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { BuildProgress } from '../../../src/runtime/image-builder.ts'
import { BuildkitUnreachableError } from '../../../src/runtime/buildkit-unreachable-error.ts'
import { engineTest } from '../../engine/test-engine.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { BuildBed } from './build-bed.ts'

/** At which event of a build the connection is cut. */
const phases: readonly (readonly [string, (event: BuildProgress, name: string) => boolean])[] = [
  ['the build starts', () => true],
  ['the context is sent', (event, name) => event.kind === 'part' && /context/.test(name)],
  ['a step runs', (event) => event.kind === 'log'],
  [
    'the result is exported',
    (event, name) => event.kind === 'step' && name.startsWith('exporting'),
  ],
]

for (const [phase, isReached] of phases) {
  engineTest(`a connection that is cut while ${phase} is an error at once`, async () => {
    await using bed = await BuildBed.open()
    using context = temporaryFolder()
    writeFileSync(join(context.path, 'big'), crypto.getRandomValues(new Uint8Array(65_536)))
    const names = new Map<string, string>()
    let cutMs = 0
    const build = bed.build(
      `FROM busybox\nCOPY big /big\nRUN echo ${crypto.randomUUID()}; sleep 0.3\n`,
      {
        contextDir: context.path,
        output: { exporter: 'moby', tag: bed.tag() },
        onProgress: (event) => {
          if (event.kind === 'step') names.set(event.step.id, event.step.name)
          const name =
            event.kind === 'part' ? event.name : event.kind === 'step' ? event.step.name : ''
          if (cutMs > 0 || !isReached(event, name)) return
          cutMs = performance.now()
          for (const connection of bed.connections) connection.destroy()
        },
      },
    )
    const error = await rejectionOf(build)
    expect(cutMs).toBeGreaterThan(0)
    expect(performance.now() - cutMs).toBeLessThan(1_000)
    expect(error).toBeInstanceOf(BuildkitUnreachableError)
    expect(error).toMatchObject({ reason: 'broken', exitCode: 125 })
  })
}

engineTest('cancelling before and while a connection is made rejects with the reason', async () => {
  await using bed = await BuildBed.open()
  const reason = new Error('not now')
  const before = bed.build('FROM busybox\n', { signal: AbortSignal.abort(reason) })
  expect(await rejectionOf(before)).toBe(reason)
  const abort = new AbortController()
  const while_ = bed.build('FROM busybox\n', { signal: abort.signal })
  abort.abort(reason)
  expect(await rejectionOf(while_)).toBe(reason)
})

engineTest('no process, timer or connection of a build outlives it', async () => {
  await using bed = await BuildBed.open()
  await bed.build('FROM busybox\nRUN true\n')
  await rejectionOf(bed.build('FROM busybox\nRUN false\n'))
  expect(bed.connections).toHaveLength(2)
  expect(bed.connections.map(({ destroyed }) => destroyed)).toEqual([true, true])
})
