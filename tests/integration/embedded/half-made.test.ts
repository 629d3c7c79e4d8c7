import { expect } from 'bun:test'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../e2e/support/agent-home.ts'
import { sharedFlock } from '../../../src/platform/flock.ts'
import { openLibc } from '../../../src/platform/libc.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { EmbeddedBed } from './embedded-bed.ts'

/** What somebody who is killed on the way leaves. */
function leaveHalves(bed: EmbeddedBed): { isSwept: () => boolean; folders: string[] } {
  const folders = ['.new-0123456789abcdef', '.removed-0123456789abcdef'].map((name) =>
    join(bed.root, name),
  )
  for (const folder of folders) mkdirSync(join(folder, 'waiting'), { recursive: true })
  return { folders, isSwept: () => !folders.some((folder) => existsSync(folder)) }
}

embeddedTest(
  'the next container that is made takes half made and half removed ones away',
  async () => {
    await using bed = new EmbeddedBed()
    await bed.start('true')
    const { isSwept } = leaveHalves(bed)
    await bed.start('true')
    expect(isSwept()).toBe(true)
  },
)

embeddedTest('so does whoever follows the events, at once and from time to time', async () => {
  await using bed = new EmbeddedBed()
  await bed.start('sleep 60')
  const first = leaveHalves(bed)
  using stop = new DisposableStack()
  const controller = new AbortController()
  stop.defer(() => controller.abort())
  const { events } = bed.runtime.events({}, controller.signal)
  const next = events[Symbol.asyncIterator]().next()
  next.catch(() => undefined)
  expect(first.isSwept()).toBe(true)
  const second = leaveHalves(bed)
  await until('they are gone', second.isSwept, 3000)
})

embeddedTest('one that somebody is making stays', async () => {
  await using bed = new EmbeddedBed()
  await bed.start('true')
  const { folders } = leaveHalves(bed)
  const root = openSync(bed.root, 'r')
  try {
    sharedFlock(openLibc(), root)
    await bed.start('true')
    expect(folders.map((folder) => existsSync(folder))).toEqual([true, false])
  } finally {
    closeSync(root)
  }
})
