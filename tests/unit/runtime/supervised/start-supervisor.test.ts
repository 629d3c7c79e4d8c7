import { expect, test } from 'bun:test'
import { systemProcessTable } from '../../../../src/platform/process-identity.ts'
import { StartError } from '../../../../src/runtime/start-error.ts'
import { endSupervisor } from '../../../../src/runtime/supervised/end-supervisor.ts'
import { encodeStartFailure } from '../../../../src/runtime/supervised/start-report.ts'
import { startSupervisor } from '../../../../src/runtime/supervised/start-supervisor.ts'
import { rejectionOf } from '../../../support/rejection-of.ts'
import { FolderBed } from './folder-bed.ts'

/** Starts a shell script in place of the process that supervises. */
function start({ folder, flock }: FolderBed, script: string, limitMs = 10_000): Promise<void> {
  const env = { PATH: '/usr/bin:/bin' }
  return startSupervisor(folder, { flock, command: ['sh', '-c', script], env, limitMs })
}

/** Waits until the process is gone; after `limitMs` it is killed. */
function end({ folder, flock }: FolderBed, limitMs: number, signal?: AbortSignal): Promise<void> {
  const processes = systemProcessTable()
  return endSupervisor(folder, { flock, processes, limitMs, pollMs: 5, signal })
}

test('the process that answers stays, holds the lock, and can be ended by its owner record', async () => {
  using bed = new FolderBed()
  const { folder, flock } = bed
  await start(bed, 'echo started; exec sleep 60')
  expect(folder.isSupervised(flock)).toBe(true)
  expect(systemProcessTable().isAlive(folder.owner() ?? { pid: -1, start: '', bootId: '' })).toBe(
    true,
  )
  const controller = new AbortController()
  const waiting = end(bed, 60_000, controller.signal)
  controller.abort(new Error('enough'))
  expect((await rejectionOf(waiting)).message).toBe('enough')
  expect(folder.isSupervised(flock)).toBe(true)
  await end(bed, 50)
  expect(folder.isSupervised(flock)).toBe(false)
})

test('a process that ends by itself is waited for', async () => {
  using bed = new FolderBed()
  await start(bed, 'echo started; exec sleep 0.2')
  await end(bed, 60_000)
  expect(bed.folder.isSupervised(bed.flock)).toBe(false)
})

test('one that runs is left alone, and one that has ended does not begin anew', async () => {
  using bed = new FolderBed()
  bed.folder.writeStart({ startedAtMs: 1 })
  {
    using _ = bed.supervised()
    await start(bed, 'exit 1')
  }
  bed.folder.writeExit({ exitCode: 0, finishedAtMs: 2 })
  const error = await rejectionOf(start(bed, 'echo started'))
  expect(error.message).toBe('a container of this runtime runs once')
})

test('two do not start one container', async () => {
  using bed = new FolderBed()
  using _ = bed.supervised()
  const error = await rejectionOf(start(bed, 'echo started'))
  expect(error.message).toBe('somebody else is starting this container')
})

test('its own word on why it did not start is passed on', async () => {
  using bed = new FolderBed()
  const failure = new StartError('no such program: plum', 127, { fix: 'install plum' })
  const error = await rejectionOf(start(bed, `echo '${encodeStartFailure(failure)}'`))
  expect(error).toMatchObject({ message: failure.message, exitCode: 127, fixes: ['install plum'] })
  const other = await rejectionOf(start(bed, 'echo "no JSON"'))
  expect(other).toMatchObject({
    message: 'the container did not start: no JSON',
    exitCode: 125,
  })
})

test('of one that says nothing, the complaints of the programs in between are shown', async () => {
  using bed = new FolderBed()
  const error = await rejectionOf(start(bed, 'echo "unshare: no" >&2'))
  expect(error.message).toBe('the container did not start: unshare: no')
})

test('one that is silent for too long is killed: nobody waits for it any more', async () => {
  using bed = new FolderBed()
  const error = await rejectionOf(start(bed, 'exec sleep 60', 100))
  expect(error.message).toBe('the container did not start: no reason was given')
  await end(bed, 60_000)
})
