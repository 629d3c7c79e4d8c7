import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Sqlite } from '../../../src/platform/sqlite.ts'
import { RouteSource } from '../../../src/routes/route-source.ts'
import { RouteStore } from '../../../src/routes/route-store.ts'
import type { RouteTable } from '../../../src/routes/route-table.ts'
import { openState } from '../../../src/state/open-state.ts'
import type { State } from '../../../src/state/state.ts'
import { insertRun } from '../../support/run-row.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { Program } from './program.ts'

const uid = process.geteuid?.() ?? -1
const local = { kind: 'address', host: '127.0.0.1', port: 80 } as const

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

function portOf(table: RouteTable): number | undefined {
  const match = table.match('web.myapp.localhost')
  return match.kind === 'service' ? match.route.upstream.port : undefined
}

async function withSource(
  work: (use: { dir: string; state: State; store: RouteStore; source: RouteSource }) => unknown,
): Promise<void> {
  using folder = temporaryFolder()
  using state = openState(folder.path, { uid })
  using source = new RouteSource(folder.path)
  await work({ dir: folder.path, state, store: new RouteStore(state), source })
}

describe('a route source', () => {
  test(
    'shows every one of 300 changes of another process by the time that process can tell of it',
    () =>
      withSource(async ({ dir, source }) => {
        await using other = new Program('move-route', dir)
        for (let port = 1; port <= 300; port += 1) {
          // Looking all the time must not make it miss a change.
          source.current()
          other.send(String(port))
          await other.line()
          expect(portOf(source.current())).toBe(port)
        }
      }),
    60_000,
  )

  test('looks once per turn of the event loop', () =>
    withSource(async ({ store, source }) => {
      const before = source.current()
      store.addStatic({ service: 'web', agent: 'myapp' }, local)
      expect(source.current()).toBe(before)
      await nextTurn()
      expect(portOf(source.current())).toBe(80)
    }))

  test('keeps its table when something else than routes has changed', () =>
    withSource(async ({ state, store, source }) => {
      store.addStatic({ service: 'web', agent: 'myapp' }, local)
      await nextTurn()
      const before = source.current()
      insertRun(state, 'run_1', 'other')
      await nextTurn()
      expect(source.current()).toBe(before)
    }))

  test('tells listeners of changes that no request brings to light, until they leave', () =>
    withSource(async ({ store, source }) => {
      const told: RouteTable[] = []
      const first = Promise.withResolvers<void>()
      const leave = source.onChange((table) => {
        told.push(table)
        first.resolve()
      })
      store.addStatic({ service: 'web', agent: 'myapp' }, local)
      await first.promise
      expect(told.map(portOf)).toEqual([80])
      leave()
      store.removeStatic({ service: 'web', agent: 'myapp' })
      await nextTurn()
      expect(portOf(source.current())).toBeUndefined()
      await nextTurn()
      expect(told).toHaveLength(1)
    }))

  test('does not wait for a writer that keeps its transaction open', () =>
    withSource(async ({ dir, store, source }) => {
      store.addStatic({ service: 'web', agent: 'myapp' }, local)
      using writer = new Sqlite(join(dir, 'state.db'), { busyTimeoutMs: 0 })
      writer.exec('BEGIN IMMEDIATE')
      writer.exec('DELETE FROM routes')
      await nextTurn()
      expect(portOf(source.current())).toBe(80)
      writer.exec('COMMIT')
      await nextTurn()
      expect(portOf(source.current())).toBeUndefined()
    }))

  test('keeps the last table and reports once when the database cannot be read', async () => {
    using folder = temporaryFolder()
    using state = openState(folder.path, { uid })
    new RouteStore(state).addStatic({ service: 'web', agent: 'myapp' }, local)
    const errors: unknown[] = []
    using source = new RouteSource(folder.path, { onError: (error) => errors.push(error) })
    expect(portOf(source.current())).toBe(80)
    state.transaction(() => state.db.exec('ALTER TABLE routes RENAME TO gone'))
    state.transaction(() =>
      state.db.exec(`UPDATE meta SET value = value + 1 WHERE key = 'routes_generation'`),
    )
    for (let turn = 0; turn < 3; turn += 1) {
      await nextTurn()
      expect(portOf(source.current())).toBe(80)
      expect(errors).toHaveLength(1)
    }
    state.transaction(() => state.db.exec('ALTER TABLE gone RENAME TO routes'))
    await nextTurn()
    expect(portOf(source.current())).toBe(80)
    expect(errors).toHaveLength(1)
  })

  test('needs a database', () => {
    using folder = temporaryFolder()
    expect(() => new RouteSource(folder.path)).toThrow(TypeError)
  })
})
