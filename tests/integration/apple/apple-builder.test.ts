import { expect } from 'bun:test'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BuildFailedError } from '../../../src/runtime/build-failed-error.ts'
import { UnavailableError } from '../../../src/runtime/unavailable-error.ts'
import { AppleBed } from '../../support/apple/apple-bed.ts'
import { standInTest } from '../../support/apple/stand-in-test.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

const call = { onProgress: () => undefined, signal: new AbortController().signal }
const output = { exporter: 'moby', tag: 'built:1' } as const

standInTest(
  'a build has its Dockerfile, its name servers but no loopback, and its labels',
  async () => {
    await using bed = new AppleBed('1.2.2')
    const { builder, images } = bed.runtime
    const dockerfile = 'FROM busybox\nRUN true\n'
    const nameServers = ['1.1.1.1', '127.0.0.1', '2606:4700::1111']
    await builder.build({ dockerfile, nameServers, labels: { a: 'b' }, output }, call)
    const asked: unknown = JSON.parse(readFileSync(join(bed.folder, 'state', 'build.json'), 'utf8'))
    expect(asked).toMatchObject({ dockerfile, values: { dns: ['1.1.1.1', '2606:4700::1111'] } })
    expect(await images.list({ a: 'b' })).toMatchObject([{ references: ['built:1'] }])
  },
)

standInTest('a build that fails names its step and what that said', async () => {
  await using bed = new AppleBed('1.2.2')
  const dockerfile = 'FROM busybox\nRUN echo no luck; exit 3\n'
  const error = await rejectionOf(bed.runtime.builder.build({ dockerfile, output }, call))
  expect(error).toBeInstanceOf(BuildFailedError)
  expect(error).toMatchObject({
    failure: {
      stepName: '[2/2] RUN echo no luck; exit 3',
      lastLines: ['no luck'],
      reason: 'failed to solve: exit code: 3',
    },
  })
})

standInTest('services that do not run are named with what starts them', async () => {
  await using bed = new AppleBed('0.9.0')
  await bed.runtime.list({})
  const stopped = join(bed.folder, 'state', 'is-stopped')
  writeFileSync(stopped, '')
  const calls = [bed.runtime.ping(), bed.runtime.list({})]
  for (const error of await Promise.all(calls.map(rejectionOf))) {
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ fixes: ['container system start'] })
  }
  rmSync(stopped)
})
