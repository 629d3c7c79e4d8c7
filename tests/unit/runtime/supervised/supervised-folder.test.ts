import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { courseOf, exitStatus } from '../../../../src/runtime/supervised/supervision-records.ts'
import { FolderBed } from './folder-bed.ts'

test('what is true of a container follows from its files and from who holds its lock', () => {
  using bed = new FolderBed()
  const { folder, flock } = bed
  expect(folder.condition(flock)).toEqual({ phase: 'created' })
  {
    using _ = bed.supervised()
    folder.writeStart({ startedAtMs: 5 })
    expect(folder.condition(flock)).toEqual({ phase: 'running' })
    expect(folder.isSupervised(flock)).toBe(true)
  }
  const killed = {
    exitCode: 137,
    error: 'its supervising process was killed',
    finishedAtMs: 5,
  }
  expect(folder.condition(flock)).toEqual({ phase: 'exited', exit: killed })
  folder.writeExit({ exitCode: 3, finishedAtMs: 9 })
  expect(folder.condition(flock)).toEqual({
    phase: 'exited',
    exit: { exitCode: 3, finishedAtMs: 9 },
  })
})

test('other versions of the program read the same files', () => {
  using bed = new FolderBed()
  const { folder } = bed
  folder.writeStart({ startedAtMs: 5 })
  folder.writeExit({ exitCode: 3, finishedAtMs: 9 })
  folder.writeOwner({ pid: 7, start: '1', bootId: 'b' })
  const text = (name: string): string => readFileSync(join(folder.path, name), 'utf8')
  expect(text('start.json')).toBe('{"startedAtMs":5}')
  expect(text('exit.json')).toBe('{"exitCode":3,"finishedAtMs":9}')
  expect(text('owner.json')).toBe('{"pid":7,"start":"1","bootId":"b"}')
})

test('the records say how far a container has come', () => {
  const start = { startedAtMs: 5 }
  const killed = { exitCode: 137, error: 'killed', finishedAtMs: 9 }
  expect(courseOf(undefined, undefined)).toEqual({})
  expect(courseOf(start, undefined)).toEqual(start)
  expect(courseOf(start, killed)).toEqual({ ...start, ...killed })
  expect(exitStatus(killed)).toEqual({ exitCode: 137, error: 'killed' })
  expect(exitStatus({ exitCode: 0, finishedAtMs: 9 })).toEqual({ exitCode: 0 })
})
