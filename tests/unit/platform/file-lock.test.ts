import { describe, expect, test } from 'bun:test'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../../src/lib/errors.ts'
import { acquireLock, tryLock } from '../../../src/platform/file-lock.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { userErrorOf } from '../../support/user-error-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

describe('a file lock', () => {
  test('is held once, also within one process, until it is released', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    const lock = tryLock(path)
    expect(lock?.path).toBe(path)
    // Asking in vain must not shake the lock that is held.
    for (let round = 0; round < 5; round += 1) expect(tryLock(path)).toBeUndefined()
    lock?.release()
    lock?.release()
    using again = tryLock(path)
    expect(again).toBeDefined()
  })

  test('is the same through a link to the folder', () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'real'))
    symlinkSync('real', join(folder.path, 'link'))
    using lock = tryLock(join(folder.path, 'real', 'a.lock'))
    expect(lock).toBeDefined()
    expect(tryLock(join(folder.path, 'link', 'a.lock'))).toBeUndefined()
  })

  test('of one file has nothing to do with that of another', () => {
    using folder = temporaryFolder()
    using one = tryLock(join(folder.path, 'a.lock'))
    using other = tryLock(join(folder.path, 'b.lock'))
    expect([one, other]).not.toContain(undefined)
  })

  test('needs no room on the disk: nothing is written beside it while it is held', () => {
    using folder = temporaryFolder()
    using lock = tryLock(join(folder.path, 'a.lock'))
    expect(lock).toBeDefined()
    expect(readdirSync(folder.path)).toEqual(['a.lock'])
  })

  test('leaves an empty file for its owner alone, and nothing beside it', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    tryLock(path)?.release()
    expect(statSync(path).size).toBe(0)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(existsSync(`${path}-journal`)).toBe(false)
  })

  test('is waited for', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    const first = await acquireLock(path, { timeoutMs: 0 })
    const second = acquireLock(path, { timeoutMs: 10_000 })
    first.release()
    using lock = await second
    expect(lock.path).toBe(path)
  })

  test('that nobody gives back ends the wait with a UserError', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    using _lock = tryLock(path)
    const error = await rejectionOf(acquireLock(path, { timeoutMs: 30 }))
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain(path)
  })

  test("is no longer waited for when the signal aborts; the signal's reason is thrown", async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    using _lock = tryLock(path)
    const reason = new RangeError('enough')
    const controller = new AbortController()
    const waiting = rejectionOf(acquireLock(path, { timeoutMs: 10_000, signal: controller.signal }))
    controller.abort(reason)
    expect(await waiting).toBe(reason)
    const late = acquireLock(path, { timeoutMs: 10_000, signal: controller.signal })
    expect(await rejectionOf(late)).toBe(reason)
  })

  test('lets only one of many waiters in at a time', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    let inside = 0
    let most = 0
    async function enter(): Promise<void> {
      using _lock = await acquireLock(path, { timeoutMs: 10_000 })
      inside += 1
      most = Math.max(most, inside)
      await Promise.resolve()
      inside -= 1
    }
    await Promise.all(Array.from({ length: 12 }, enter))
    expect(most).toBe(1)
  })

  test('of a folder that is missing is a UserError that names the file', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'missing', 'a.lock')
    expect(userErrorOf(() => tryLock(path)).message).toContain(path)
  })

  test('cannot be taken of a folder', () => {
    using folder = temporaryFolder()
    expect(userErrorOf(() => tryLock(folder.path)).message).toContain(folder.path)
  })

  test('of a file that holds something is refused, and the file left as it is', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    writeFileSync(path, 'mine')
    expect(userErrorOf(() => tryLock(path)).message).toContain(path)
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })
})
