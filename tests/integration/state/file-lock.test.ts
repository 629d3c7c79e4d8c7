import { describe, expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tryLock } from '../../../src/platform/file-lock.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { Program } from './program.ts'

function isFree(path: string): boolean {
  using lock = tryLock(path)
  return lock !== undefined
}

describe('a file lock between processes', () => {
  test('is refused to others, and free at once when its holder is killed, 10 times over', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    for (let round = 0; round < 10; round += 1) {
      await using holder = new Program('hold-lock', path)
      expect(await holder.line()).toStartWith('held')
      expect(isFree(path)).toBe(false)
      await holder.kill()
      expect(isFree(path)).toBe(true)
    }
  }, 60_000)

  test('is held against a process while we have it', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    using lock = tryLock(path)
    expect(lock).toBeDefined()
    expect(isFree(path)).toBe(false)
    await using rival = new Program('hold-lock', path)
    expect(await rival.line()).toBe('refused')
  }, 30_000)

  test('is not kept by a child that outlives the holder', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    await using holder = new Program('hold-lock', path, 'child')
    const childPid = Number((await holder.line())?.split(' ')[1])
    try {
      expect(isFree(path)).toBe(false)
      await holder.kill()
      expect(() => process.kill(childPid, 0)).not.toThrow()
      expect(isFree(path)).toBe(true)
    } finally {
      process.kill(childPid, 'SIGKILL')
    }
  }, 30_000)

  test('lets 4 processes do 50 turns each one after the other', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'number')
    writeFileSync(file, '0')
    await using stack = new AsyncDisposableStack()
    const counters = Array.from({ length: 4 }, () =>
      stack.use(new Program('count-in-turn', join(folder.path, 'a.lock'), file, '50')),
    )
    expect(await Promise.all(counters.map((counter) => counter.exited()))).toEqual([0, 0, 0, 0])
    expect(readFileSync(file, 'utf8')).toBe('200')
  }, 120_000)
})
