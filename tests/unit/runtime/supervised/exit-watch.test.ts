import { expect, test } from 'bun:test'
import { exitWait, watchSupervisor } from '../../../../src/runtime/supervised/exit-watch.ts'
import { rejectionOf } from '../../../support/rejection-of.ts'
import { FolderBed } from './folder-bed.ts'

test('a wait is ready before its end is known', async () => {
  const end = Promise.withResolvers<void>()
  const { ready, exit } = exitWait(async (isReady) => {
    isReady()
    await end.promise
    return { exitCode: 3 }
  })
  await ready
  end.resolve()
  expect(await exit).toEqual({ exitCode: 3 })
})

test('a wait that fails tells it wherever one looks first', async () => {
  const { ready, exit } = exitWait(() => Promise.reject(new Error('gone')))
  expect((await rejectionOf(ready)).message).toBe('gone')
  expect((await rejectionOf(exit)).message).toBe('gone')
})

test('who gives up waiting for the start is let go', async () => {
  using bed = new FolderBed()
  const controller = new AbortController()
  const ready = Promise.withResolvers<void>()
  const options = { flock: bed.flock, ready: ready.resolve, signal: controller.signal }
  const watched = watchSupervisor(bed.folder, options)
  await ready.promise
  controller.abort(new Error('enough'))
  expect(await watched).toBe(false)
})
