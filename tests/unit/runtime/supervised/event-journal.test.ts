import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { containerId } from '../../../../src/runtime/container-state.ts'
import { EventJournal, JournalReader } from '../../../../src/runtime/supervised/event-journal.ts'
import { FakeClock } from '../../../fakes/fake-clock.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const container = { id: containerId('box'), labels: { fruit: 'plum' } }

test('a reader is told what is written after it came, with the time', () => {
  using folder = temporaryFolder()
  const clock = new FakeClock(1000)
  const journal = new EventJournal(folder.path, clock)
  journal.record('created', container)
  using reader = new JournalReader(folder.path)
  journal.record('started', container)
  clock.advance(5)
  journal.record('exited', container, 3)
  expect(reader.read()).toEqual([
    { kind: 'started', ...container, timeMs: 1000 },
    { kind: 'exited', ...container, exitCode: 3, timeMs: 1005 },
  ])
  expect(reader.read()).toEqual([])
})

test('other versions of the program read the same lines', () => {
  using folder = temporaryFolder()
  const journal = new EventJournal(folder.path, new FakeClock(1000))
  journal.record('created', container)
  journal.record('exited', container, 3)
  expect(readFileSync(join(folder.path, 'events.jsonl'), 'utf8')).toBe(
    [
      '{"kind":"created","id":"box","labels":{"fruit":"plum"},"timeMs":1000}\n',
      '{"kind":"exited","id":"box","labels":{"fruit":"plum"},"timeMs":1000,"exitCode":3}\n',
    ].join(''),
  )
})

test('a long journal begins anew, and its readers miss nothing', () => {
  using folder = temporaryFolder()
  const journal = new EventJournal(folder.path, new FakeClock())
  using reader = new JournalReader(folder.path)
  journal.record('created', container)
  journal.trim()
  expect(existsSync(join(folder.path, 'events.jsonl.1'))).toBe(false)
  journal.record('started', { ...container, labels: { long: 'x'.repeat(1024 * 1024) } })
  journal.trim()
  expect(existsSync(join(folder.path, 'events.jsonl.1'))).toBe(true)
  journal.record('exited', container, 0)
  expect(reader.read().map(({ kind }) => kind)).toEqual(['created', 'started', 'exited'])
})
