import { describe, expect, test } from 'bun:test'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { UserError } from '../../../src/lib/errors.ts'
import { Sqlite } from '../../../src/platform/sqlite.ts'
import { MIGRATIONS } from '../../../src/state/migrations.ts'
import { openState, openStateReadonly } from '../../../src/state/open-state.ts'
import { insertRun } from '../../support/run-row.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { userErrorOf } from '../../support/user-error-of.ts'

const uid = process.geteuid?.() ?? -1

/** The bytes of a database with something in it. */
function wholeDatabase(): Buffer {
  using folder = temporaryFolder()
  using state = openState(folder.path, { uid })
  for (let run = 0; run < 200; run += 1) insertRun(state, `run_${run}`, `agent-${run}`)
  state.close()
  return readFileSync(join(folder.path, 'state.db'))
}

const whole = wholeDatabase()

/** Puts this in the place of a database, and checks that no way of opening it gets through or changes it. */
function expectRefusal(bytes: Uint8Array): void {
  using folder = temporaryFolder()
  const path = join(folder.path, 'state.db')
  writeFileSync(path, bytes)
  for (const open of [openState, openStateReadonly]) {
    const error = userErrorOf(() => open(folder.path, { uid }))
    expect(error.message).toContain(path)
    expect(error.fixes.join()).toContain('mv ')
    expect(readFileSync(path).equals(bytes)).toBe(true)
  }
}

describe('a state database that is damaged', () => {
  test('by being cut off anywhere is refused and left as it is', () => {
    // From 2: SQLite itself takes a file of one byte for an empty one. Up to the last page: what that holds is seen only when it is read.
    const cut = fc.integer({ min: 2, max: whole.length - 4096 })
    fc.assert(fc.property(cut, (size) => expectRefusal(whole.subarray(0, size))))
  })

  test.each([2, 64, 72, 95, 96, 99, 100, 511, 512, 4095, 4096, 4097])(
    'by being cut off after %d bytes is refused',
    (size) => expectRefusal(whole.subarray(0, size)),
  )

  test('by foreign bytes is refused and left as it is', () => {
    const bytes = fc.uint8Array({ minLength: 2, maxLength: 10_000 })
    fc.assert(fc.property(bytes, expectRefusal))
  })

  test('in the middle is a UserError as soon as that is read', () => {
    using folder = temporaryFolder()
    const bytes = Buffer.from(whole)
    bytes.fill(0xff, 4096 * 2, bytes.length)
    writeFileSync(join(folder.path, 'state.db'), bytes)
    const read = (): unknown => {
      using state = openState(folder.path, { uid })
      return [state.homeId, state.db.prepare('SELECT * FROM runs').all()]
    }
    expect(read).toThrow(UserError)
  })
})

describe('a state database of somebody else', () => {
  test('is recognised and left as it is', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'state.db')
    {
      using other = new Sqlite(path, { busyTimeoutMs: 0 })
      other.exec('CREATE TABLE bookmarks (url TEXT)')
    }
    const before = readFileSync(path)
    for (const open of [openState, openStateReadonly]) {
      const error = userErrorOf(() => open(folder.path, { uid }))
      expect(error.message).toBe(`${path} is a database of another program`)
    }
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(readdirSync(folder.path)).toEqual(['state.db'])
  })

  test('that is newer names both versions and is left as it is', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'state.db')
    {
      using state = openState(folder.path, { uid })
      state.db.exec('PRAGMA user_version = 999')
    }
    const before = readFileSync(path)
    for (const open of [openState, openStateReadonly]) {
      const error = userErrorOf(() => open(folder.path, { uid }))
      expect(error.message).toMatch(new RegExp(`schema version 999.*up to ${MIGRATIONS.length}$`))
    }
    expect(readFileSync(path).equals(before)).toBe(true)
  })
})

describe('in the place of a state database', () => {
  test('an empty file becomes one', () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'state.db'), '')
    expect(openStateReadonly(folder.path, { uid })).toBeUndefined()
    using state = openState(folder.path, { uid })
    expect(state.homeId).toMatch(/^[0-9a-f]{16}$/)
  })

  test('a folder is refused', () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'state.db'))
    for (const open of [openState, openStateReadonly])
      expect(userErrorOf(() => open(folder.path, { uid })).message).toContain('state.db')
  })

  test('a file where the folder should be is refused', () => {
    using folder = temporaryFolder()
    const dir = join(folder.path, 'home')
    writeFileSync(dir, '')
    expect(userErrorOf(() => openState(dir, { uid })).message).toContain(dir)
  })
})
