import { expect, test } from 'bun:test'
import { untilAborted } from '../../../src/lib/until-aborted.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

const NEVER = new Promise<never>(() => undefined)

test('work that ends first counts, whichever way it ends', async () => {
  const { signal } = new AbortController()
  expect(await untilAborted(Promise.resolve(3), signal)).toBe(3)
  const failing = untilAborted(Promise.reject(new Error('no')), signal)
  expect((await rejectionOf(failing)).message).toBe('no')
})

test('an abort ends the wait with its reason, before or during it', async () => {
  const reason = new Error('interrupted')
  expect(await rejectionOf(untilAborted(NEVER, AbortSignal.abort(reason)))).toBe(reason)
  const controller = new AbortController()
  const waiting = rejectionOf(untilAborted(NEVER, controller.signal))
  controller.abort(reason)
  expect(await waiting).toBe(reason)
})

test('work that fails after the wait has ended is nobody’s unhandled failure', async () => {
  const late = Promise.withResolvers<void>()
  await rejectionOf(untilAborted(late.promise, AbortSignal.abort(new Error('interrupted'))))
  late.reject(new Error('late'))
  await late.promise.catch(() => undefined)
})
