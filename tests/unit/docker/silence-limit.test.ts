import { expect, test } from 'bun:test'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

import { SilenceLimit } from '../../../src/docker/silence-limit.ts'

test('silence fires with its words, the caller with its reason', async () => {
  using limit = new SilenceLimit('nothing was said', { limitMs: 20 })
  await once(limit.signal, 'abort')
  expect(limit.signal.reason).toMatchObject({ message: 'nothing was said' })
  const reason = new Error('enough')
  using other = new SilenceLimit('nothing', { limitMs: 60_000, signal: AbortSignal.abort(reason) })
  expect(other.signal.reason).toBe(reason)
})

test('what is heard in time keeps it quiet', async () => {
  using limit = new SilenceLimit('nothing was said', { limitMs: 200 })
  for (let round = 0; round < 15; round++) {
    await delay(20)
    limit.heard()
  }
  expect(limit.signal.aborted).toBe(false)
})
