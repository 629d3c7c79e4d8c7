import { describe, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../../src/lib/errors.ts'
import { Row } from '../../../src/lib/row.ts'
import { openState, openStateReadonly } from '../../../src/state/open-state.ts'
import type { State } from '../../../src/state/state.ts'
import { userErrorOf } from '../../support/user-error-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const uid = process.geteuid?.() ?? -1

function put(state: State, key: string): void {
  state.db.prepare('INSERT INTO meta VALUES (?, 1)').run(key)
}

function keys(state: State): string[] {
  return state.db
    .prepare(`SELECT key FROM meta WHERE key LIKE 'test%' ORDER BY key`)
    .all()
    .map((row) => new Row('meta', row).text('key'))
}

function withState(work: (state: State, dir: string) => void): void {
  using folder = temporaryFolder()
  const dir = join(folder.path, 'home')
  using state = openState(dir, { uid })
  work(state, dir)
}

describe('a transaction', () => {
  test('commits what its work did, and gives its value', () =>
    withState((state) => {
      expect(state.transaction(() => (put(state, 'test1'), 7))).toBe(7)
      expect(keys(state)).toEqual(['test1'])
    }))

  test('undoes everything when its work throws', () =>
    withState((state) => {
      const work = () => {
        put(state, 'test1')
        throw new RangeError('no')
      }
      expect(() => state.transaction(work)).toThrow(new RangeError('no'))
      expect(keys(state)).toEqual([])
      state.transaction(() => put(state, 'test2'))
      expect(keys(state)).toEqual(['test2'])
    }))

  test('inside another is undone with it, and on its own when its failure is caught', () =>
    withState((state) => {
      const failing = () => {
        put(state, 'test2')
        state.transaction(() => put(state, 'test3'))
        throw new RangeError('no')
      }
      state.transaction(() => {
        put(state, 'test1')
        expect(() => state.transaction(failing)).toThrow(RangeError)
        state.transaction(() => put(state, 'test4'))
      })
      expect(keys(state)).toEqual(['test1', 'test4'])
      const both = () => {
        state.transaction(() => put(state, 'test5'))
        throw new RangeError('no')
      }
      expect(() => state.transaction(both)).toThrow(RangeError)
      expect(keys(state)).toEqual(['test1', 'test4'])
    }))

  test('refuses work that waits, and keeps nothing of it', () =>
    withState((state) => {
      const waiting = async (): Promise<void> => put(state, 'test1')
      expect(() => state.transaction(waiting)).toThrow(TypeError)
      expect(keys(state)).toEqual([])
    }))

  test('is not seen by others before it commits', () =>
    withState((state, dir) => {
      using reader = openStateReadonly(dir, { uid })
      state.transaction(() => {
        put(state, 'test1')
        expect(reader && keys(reader)).toEqual([])
      })
      expect(reader && keys(reader)).toEqual(['test1'])
    }))

  test('says in words that somebody keeps the lock', () =>
    withState((state, dir) => {
      using other = openState(dir, { uid, busyTimeoutMs: 10 })
      state.transaction(() => {
        const error = userErrorOf(() => other.transaction(() => put(other, 'test1')))
        expect(error.message).toContain(join(dir, 'state.db'))
      })
      other.transaction(() => put(other, 'test1'))
      expect(keys(state)).toEqual(['test1'])
    }))
})

describe('a snapshot', () => {
  test('reads one moment, whatever others commit meanwhile', () =>
    withState((state, dir) => {
      using other = openState(dir, { uid })
      state.snapshot(() => {
        expect(keys(state)).toEqual([])
        other.transaction(() => put(other, 'test1'))
        expect(keys(state)).toEqual([])
        expect(state.snapshot(() => keys(state))).toEqual([])
      })
      expect(keys(state)).toEqual(['test1'])
    }))

  test('cannot write', () =>
    withState((state) => {
      expect(() => state.snapshot(() => state.transaction(() => put(state, 'test1')))).toThrow(
        TypeError,
      )
      expect(keys(state)).toEqual([])
    }))
})

describe('a reader', () => {
  test('has the same home id, and cannot write', () =>
    withState((state, dir) => {
      using reader = openStateReadonly(dir, { uid })
      expect(state.homeId).toMatch(/^[0-9a-f]{16}$/)
      expect(reader?.homeId).toBe(state.homeId)
      expect(reader?.readonly).toBe(true)
      expect(() => reader?.transaction(() => put(reader, 'test1'))).toThrow(UserError)
    }))
})

describe('the schema', () => {
  const insertRun = `INSERT INTO runs (id, name, state, runtime, endpoint, image, workspace, attached, keep,
    created_at_ms, owner_pid, owner_start, owner_boot, plan)
    VALUES (?, ?, ?, 'docker', '', '', '', 0, 0, 0, 1, '', '', '{}')`

  test('lets a name belong to one live run and any number of ended ones', () =>
    withState((state) => {
      const insert = state.db.prepare(insertRun)
      insert.run('run_1', 'myapp', 'stopped')
      insert.run('run_2', 'myapp', 'failed')
      insert.run('run_3', 'myapp', 'stopping')
      for (const live of ['created', 'starting', 'running', 'stopping'])
        expect(() => insert.run('run_4', 'myapp', live)).toThrow('UNIQUE')
      expect(() => insert.run('run_4', 'other', 'paused')).toThrow('CHECK')
    }))

  test('counts every change of the routes, one run row or its routes at a time', () =>
    withState((state) => {
      state.db.prepare(insertRun).run('run_1', 'myapp', 'running')
      expect(state.routesGeneration).toBe(0)
      state.db.exec(
        `INSERT INTO routes VALUES ('myapp', 'web', 'address', '127.0.0.1', 80, NULL, 'run_1', NULL, 0)`,
      )
      expect(state.routesGeneration).toBe(1)
      state.db.exec('UPDATE routes SET upstream_port = 81')
      expect(state.routesGeneration).toBe(2)
      state.db.exec(`DELETE FROM runs WHERE id = 'run_1'`)
      expect(state.db.prepare('SELECT * FROM routes').all()).toEqual([])
      expect(state.routesGeneration).toBe(3)
    }))

  test('keeps the row of a run while something it made is written down', () =>
    withState((state) => {
      state.db.prepare(insertRun).run('run_1', 'myapp', 'stopped')
      state.db.exec(
        `INSERT INTO resources (run_id, kind, name, intended_at_ms) VALUES ('run_1', 'container', 'c', 1)`,
      )
      expect(() => state.db.exec('DELETE FROM runs')).toThrow('FOREIGN KEY')
    }))
})

describe('a state folder', () => {
  test('is never one of other things that others can enter', () => {
    using folder = temporaryFolder()
    chmodSync(folder.path, 0o755)
    writeFileSync(join(folder.path, 'of-somebody'), '')
    const error = userErrorOf(() => openState(folder.path, { uid }))
    expect(error.message).toBe(`${folder.path} holds other things, and others can enter it`)
    expect(error.fixes).toContain('set AGENTOPS_HOME to a folder of its own for agent')
    expect(statSync(folder.path).mode & 0o777).toBe(0o755)
    expect(readdirSync(folder.path)).toEqual(['of-somebody'])
  })

  test('that is empty or ours is closed to others', () => {
    using folder = temporaryFolder()
    for (const file of [undefined, 'config.yaml', 'state.db']) {
      const dir = join(folder.path, `with-${file}`)
      mkdirSync(dir, { mode: 0o755 })
      if (file !== undefined) writeFileSync(join(dir, file), '')
      openState(dir, { uid }).close()
      expect(statSync(dir).mode & 0o777).toBe(0o700)
    }
  })
})
