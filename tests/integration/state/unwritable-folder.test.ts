import { describe, expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openState } from '../../../src/state/open-state.ts'
import { diskTest } from '../../support/small-disk.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { userErrorOf } from '../../support/user-error-of.ts'

const uid = process.geteuid?.() ?? -1
const NOBODY = 65534

/** Opens and writes in another process: root is held back by no file mode, so there it runs as nobody. */
function tryOpen(dir: string): string {
  const program = join(import.meta.dir, 'programs', 'try-open.ts')
  const identity = uid === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  const { stdout, stderr } = spawnSync(process.execPath, [program, dir], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', HOME: dir },
    ...identity,
  })
  return stdout.trim() || stderr
}

/** A folder that the process of `tryOpen` owns. */
function ownFolder(): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder()
  if (uid === 0) chownSync(folder.path, NOBODY, NOBODY)
  return folder
}

describe('a state folder that cannot be written', () => {
  test('is named when it has no database yet, and one that can is used', () => {
    using folder = ownFolder()
    chmodSync(folder.path, 0o500)
    expect(tryOpen(folder.path)).toBe(`cannot write ${join(folder.path, 'state.db')}`)
    chmodSync(folder.path, 0o700)
    expect(tryOpen(folder.path)).toBe('opened')
  })

  test('is named when its database is there', () => {
    using folder = ownFolder()
    const path = join(folder.path, 'state.db')
    expect(tryOpen(folder.path)).toBe('opened')
    chmodSync(path, 0o400)
    const before = readFileSync(path)
    expect(tryOpen(folder.path)).toBe(`cannot write ${path}`)
    expect(readFileSync(path).equals(before)).toBe(true)
  })
})

describe('a disk without room', () => {
  diskTest('for a new database is named, and used once there is room', 64, (disk) => {
    const filler = join(disk.path, 'filler')
    writeFileSync(filler, new Uint8Array(60 * 1024))
    const error = userErrorOf(() => openState(disk.path, { uid }))
    expect(error.message).toContain(join(disk.path, 'state.db'))
    expect(error.fixes.join()).toContain('df -h')
    disk.resize(4096)
    using state = openState(disk.path, { uid })
    expect(state.homeId).toMatch(/^[0-9a-f]{16}$/)
  })

  diskTest('undoes the transaction that fills it, and keeps what was committed', 1024, (disk) => {
    using state = openState(disk.path, { uid })
    const add = state.db.prepare('INSERT INTO meta VALUES (?, ?)')
    const text = 'x'.repeat(10_000)
    let committed = 0
    const fill = (): void => {
      for (; committed < 1000; committed += 1)
        state.transaction(() => {
          add.run(`test_${committed}_left`, text)
          add.run(`test_${committed}_right`, text)
        })
    }
    const error = userErrorOf(fill)
    expect(error.message).toContain(join(disk.path, 'state.db'))
    expect(error.fixes.join()).toContain('df -h')
    expect(committed).toBeGreaterThan(5)
    const count = state.db.prepare(`SELECT count(*) AS n FROM meta WHERE key LIKE 'test%'`)
    expect(count.get()).toEqual({ n: 2 * committed })
    expect(state.db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
    disk.resize(4096)
    state.transaction(() => add.run('test_after', 'x'))
    expect(count.get()).toEqual({ n: 2 * committed + 1 })
  })
})
