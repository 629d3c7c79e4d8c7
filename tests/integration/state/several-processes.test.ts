import { describe, expect, test } from 'bun:test'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Row } from '../../../src/lib/row.ts'
import { openState, openStateReadonly } from '../../../src/state/open-state.ts'
import type { State } from '../../../src/state/state.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { Program } from './program.ts'

const uid = process.geteuid?.() ?? -1

function programs(count: number, name: string, ...parameters: string[]): Program[] {
  return Array.from({ length: count }, () => new Program(name, ...parameters))
}

function value(state: State, key: string): number {
  const row = state.db.prepare('SELECT value FROM meta WHERE key = ?').get(key)
  return new Row('meta', row).integer('value')
}

function integrity(state: State): unknown {
  return state.db.prepare('PRAGMA integrity_check').all()
}

describe('a state folder that several processes use', () => {
  test('is made once when 8 open it first at the same moment, 40 times over', async () => {
    using folder = temporaryFolder()
    await using stack = new AsyncDisposableStack()
    const openers = programs(8, 'open-on-request').map((opener) => stack.use(opener))
    for (let round = 0; round < 40; round += 1) {
      const dir = join(folder.path, `home-${round}`)
      for (const opener of openers) opener.send(dir)
      const ids = new Set(await Promise.all(openers.map((opener) => opener.line())))
      using reader = openStateReadonly(dir, { uid })
      expect([...ids]).toEqual([reader?.homeId])
      expect(reader?.homeId).toMatch(/^[0-9a-f]{16}$/)
      expect(statSync(dir).mode & 0o777).toBe(0o700)
      expect(statSync(join(dir, 'state.db')).mode & 0o777).toBe(0o600)
    }
  }, 120_000)

  test('loses none of 8 times 500 read-and-write transactions', async () => {
    using folder = temporaryFolder()
    using state = openState(folder.path, { uid })
    state.db.exec(`INSERT INTO meta VALUES ('test_counter', 0)`)
    await using stack = new AsyncDisposableStack()
    const writers = programs(8, 'count', folder.path, '500').map((writer) => stack.use(writer))
    expect(await Promise.all(writers.map((writer) => writer.exited()))).toEqual(
      writers.map(() => 0),
    )
    expect(value(state, 'test_counter')).toBe(4000)
  }, 120_000)

  test('keeps every commit, and no half of one, when its writers are killed 30 times', async () => {
    using folder = temporaryFolder()
    openState(folder.path, { uid }).db.exec(
      `INSERT INTO meta VALUES ('test_left', 0), ('test_right', 0)`,
    )
    let told = 0
    for (let round = 0; round < 30; round += 1) {
      await using stack = new AsyncDisposableStack()
      const writers = programs(2, 'write-pairs', folder.path).map((writer) => stack.use(writer))
      for (const writer of writers) await writer.line()
      // Where in a transaction the kill falls is left to chance.
      await Bun.sleep(round)
      await Promise.all(writers.map((writer) => writer.kill()))
      const lines = (await Promise.all(writers.map((writer) => writer.rest()))).flat()
      for (const line of lines)
        told = Math.max(told, new Row('line', JSON.parse(line)).integer('value'))
      using state = openState(folder.path, { uid })
      expect(value(state, 'test_left')).toBe(value(state, 'test_right'))
      expect(value(state, 'test_right')).toBeGreaterThanOrEqual(told)
      expect(integrity(state)).toEqual([{ integrity_check: 'ok' }])
    }
    expect(told).toBeGreaterThan(30)
  }, 120_000)

  test('is not made by a reader', () => {
    using folder = temporaryFolder()
    const dir = join(folder.path, 'home')
    expect(openStateReadonly(dir, { uid })).toBeUndefined()
    expect(existsSync(dir)).toBe(false)
  })
})
