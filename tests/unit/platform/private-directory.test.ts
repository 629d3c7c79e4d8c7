import { describe, expect, test } from 'bun:test'
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensurePrivateDirectory } from '../../../src/platform/private-directory.ts'
import { userErrorOf } from '../../support/user-error-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { rootTest } from '../../support/root-test.ts'

const uid = process.getuid?.() ?? -1

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

describe('a private folder', () => {
  test('is made with its parents, for its owner alone', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a', 'b')
    ensurePrivateDirectory(path, uid)
    ensurePrivateDirectory(path, uid)
    expect([modeOf(path), modeOf(join(folder.path, 'a'))]).toEqual(['700', '700'])
  })

  test('that others could enter is closed', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'open')
    mkdirSync(path)
    chmodSync(path, 0o777)
    ensurePrivateDirectory(path, uid)
    expect(modeOf(path)).toBe('700')
  })

  test('is never a link, unless the user may have made it', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'planted')
    mkdirSync(join(folder.path, 'elsewhere'))
    symlinkSync(join(folder.path, 'elsewhere'), path)
    const error = userErrorOf(() => ensurePrivateDirectory(path, uid))
    expect(error.message).toBe(`${path} is a link, and may lead where others write`)
    ensurePrivateDirectory(path, uid, { followLink: true })
    expect(modeOf(join(folder.path, 'elsewhere'))).toBe('700')
  })

  test('cannot be where a file is, or below one', () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'file')
    writeFileSync(file, '')
    for (const path of [file, join(file, 'below')])
      expect(userErrorOf(() => ensurePrivateDirectory(path, uid)).message).toBe(
        `cannot make the folder ${path}`,
      )
  })

  rootTest('of another user is refused', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'foreign')
    mkdirSync(path)
    chownSync(path, 65_534, 65_534)
    const error = userErrorOf(() => ensurePrivateDirectory(path, uid))
    expect(error.message).toBe(`${path} belongs to another user`)
    expect(error.fixes.join()).not.toContain('remove')
    // Where the system has no user ids, nobody can tell.
    ensurePrivateDirectory(path, -1)
  })

  test('of ours is refused to another uid', () => {
    using folder = temporaryFolder()
    expect(() => ensurePrivateDirectory(folder.path, uid + 1)).toThrow('belongs to another user')
  })
})
