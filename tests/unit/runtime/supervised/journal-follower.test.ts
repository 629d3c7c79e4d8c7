import { expect, test } from 'bun:test'
import type { ContainerEvent } from '../../../../src/runtime/container-state.ts'
import { EventJournal } from '../../../../src/runtime/supervised/event-journal.ts'
import { followJournal } from '../../../../src/runtime/supervised/journal-follower.ts'
import { rejectionOf } from '../../../support/rejection-of.ts'
import { FolderBed } from './folder-bed.ts'

const QUIET = { learn: () => true, look: async () => [] }

test('what is written down is told as it comes, of the containers that are asked for', async () => {
  using bed = new FolderBed()
  const { root, container, clock } = bed
  const controller = new AbortController()
  const journal = new EventJournal(root, clock)
  journal.record('created', container)
  const selector = { fruit: 'plum' }
  const options = { selector, signal: controller.signal, lookMs: 60_000 }
  const events = followJournal(root, QUIET, options)
  journal.record('started', { ...container, labels: { fruit: 'pear' } })
  journal.record('started', container)
  expect((await events.next()).value).toMatchObject({ kind: 'started', ...container })
  const next = events.next()
  journal.record('exited', container, 0)
  expect((await next).value).toMatchObject({ kind: 'exited' })
  const last = events.next()
  controller.abort(new Error('enough'))
  expect((await rejectionOf(last)).message).toBe('enough')
})

test('what is known already is not told again, and what nobody wrote down is found', async () => {
  using bed = new FolderBed()
  const { root, container, clock } = bed
  const found: ContainerEvent = { kind: 'exited', ...container, exitCode: 137, timeMs: 1 }
  const knowledge = {
    learn: ({ kind }: ContainerEvent) => kind !== 'started',
    look: async () => [found],
  }
  const controller = new AbortController()
  const options = { selector: {}, signal: controller.signal, lookMs: 10 }
  const events = followJournal(root, knowledge, options)
  new EventJournal(root, clock).record('started', container)
  expect((await events.next()).value).toEqual(found)
  await events.return(undefined)
})
