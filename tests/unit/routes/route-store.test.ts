import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { UserError } from '../../../src/lib/errors.ts'
import { RouteStore } from '../../../src/routes/route-store.ts'
import type { Route, Upstream } from '../../../src/routes/route.ts'
import { openState } from '../../../src/state/open-state.ts'
import type { State } from '../../../src/state/state.ts'
import { insertRun, setRunState } from '../../support/run-row.ts'
import { userErrorOf } from '../../support/user-error-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const local: Upstream = { kind: 'address', host: '127.0.0.1', port: 5432 }

function routeOf(runId: string, agent: string, service: string, position: number): Route {
  const owner = { kind: 'run', runId } as const
  return { agent, service, upstream: local, owner, containerPort: 3000, position }
}

function withStore(work: (store: RouteStore, state: State) => void): void {
  using folder = temporaryFolder()
  using state = openState(join(folder.path, 'home'), { uid: process.geteuid?.() ?? -1 })
  work(new RouteStore(state), state)
}

describe('routes of a run', () => {
  const web = routeOf('run_1', 'myapp', 'web', 0)
  const api = routeOf('run_1', 'myapp', 'api', 1)

  test('are listed as they were published, in their order', () =>
    withStore((store, state) => {
      insertRun(state, 'run_1', 'myapp')
      const relay: Route = {
        ...routeOf('run_1', 'myapp', 'db', 2),
        upstream: { kind: 'relay', socketPath: '/run/relay.sock', port: 80 },
      }
      store.publish('run_1', [relay, api, web])
      expect(store.list()).toEqual([web, api, relay])
      expect(store.listStatic()).toEqual([])
    }))

  test('are replaced as a whole', () =>
    withStore((store, state) => {
      insertRun(state, 'run_1', 'myapp')
      store.publish('run_1', [web, api])
      store.publish('run_1', [api])
      expect(store.list()).toEqual([api])
      store.publish('run_1', [])
      expect(store.list()).toEqual([])
    }))

  test('survive the end of an older run of the same name', () =>
    withStore((store, state) => {
      insertRun(state, 'run_0', 'myapp')
      store.publish('run_0', [
        routeOf('run_0', 'myapp', 'web', 0),
        routeOf('run_0', 'myapp', 'old', 1),
      ])
      setRunState(state, 'run_0', 'failed')
      insertRun(state, 'run_1', 'myapp')
      store.publish('run_1', [web])
      expect(store.removeByRun('run_0')).toBe(1)
      expect(store.removeByRun('run_0')).toBe(0)
      expect(store.list()).toEqual([web])
    }))

  test('are not published once the run is being ended', () =>
    withStore((store, state) => {
      insertRun(state, 'run_1', 'myapp')
      for (const over of ['stopping', 'stopped', 'failed']) {
        setRunState(state, 'run_1', over)
        expect(userErrorOf(() => store.publish('run_1', [web])).message).toContain(over)
      }
      expect(store.list()).toEqual([])
    }))

  test('go with the row of the run', () =>
    withStore((store, state) => {
      insertRun(state, 'run_1', 'myapp')
      store.publish('run_1', [web])
      state.transaction(() => state.db.exec(`DELETE FROM runs WHERE id = 'run_1'`))
      expect(store.list()).toEqual([])
    }))

  test('of another run or name are a defect, and nothing is published', () =>
    withStore((store, state) => {
      insertRun(state, 'run_1', 'myapp')
      const strangers = [routeOf('run_2', 'myapp', 'web', 0), routeOf('run_1', 'other', 'web', 0)]
      for (const stranger of strangers)
        expect(() => store.publish('run_1', [api, stranger])).toThrow(TypeError)
      expect(store.list()).toEqual([])
    }))

  test('do not take a static route: all or nothing, and what was published before stays', () =>
    withStore((store, state) => {
      insertRun(state, 'run_1', 'myapp')
      store.publish('run_1', [web])
      const docs = store.addStatic({ service: 'docs', agent: 'myapp' }, local)
      const error = userErrorOf(() =>
        store.publish('run_1', [api, routeOf('run_1', 'myapp', 'docs', 1)]),
      )
      expect(error.message).toBe('docs.myapp.localhost is a static route to 127.0.0.1:5432 already')
      expect(error.fixes).toContain('agent route remove docs.myapp')
      expect(store.list()).toEqual([web, docs])
    }))

  test('are undone with the transaction they are part of', () =>
    withStore((store, state) => {
      insertRun(state, 'run_1', 'myapp')
      const work = () => {
        store.publish('run_1', [web])
        throw new RangeError('no')
      }
      expect(() => state.transaction(work)).toThrow(RangeError)
      expect(store.list()).toEqual([])
    }))
})

describe('static routes', () => {
  const name = { service: 'db', agent: 'tools' }

  test('are added, listed and removed', () =>
    withStore((store) => {
      const added = store.addStatic(name, local)
      expect(added).toEqual({ ...name, upstream: local, owner: { kind: 'static' }, position: 0 })
      const second = store.addStatic({ service: 'admin', agent: 'tools' }, local)
      expect(store.listStatic()).toEqual([added, second])
      store.removeStatic(name)
      expect(store.list()).toEqual([second])
    }))

  test('may be added again to the same place, and not to another', () =>
    withStore((store, state) => {
      const added = store.addStatic(name, local)
      const { routesGeneration } = state
      expect(store.addStatic(name, local)).toEqual(added)
      expect(state.routesGeneration).toBe(routesGeneration)
      for (const other of [
        { ...local, port: 1 },
        { ...local, host: '::1' },
        { kind: 'relay', socketPath: '/s', port: 5432 } as const,
      ]) {
        const error = userErrorOf(() => store.addStatic(name, other))
        expect(error.message).toContain('db.tools.localhost is a static route to 127.0.0.1:5432')
      }
    }))

  test('do not take the name of a live run, and take that of an ended one', () =>
    withStore((store, state) => {
      insertRun(state, 'run_1', 'tools')
      store.publish('run_1', [routeOf('run_1', 'tools', 'db', 0)])
      const error = userErrorOf(() => store.addStatic(name, local))
      expect(error.message).toBe('db.tools.localhost belongs to the live run run_1')
      expect(error.fixes).toContain('agent stop run_1')
      setRunState(state, 'run_1', 'stopped')
      store.addStatic(name, local)
      expect(store.removeByRun('run_1')).toBe(0)
      expect(store.listStatic()).toHaveLength(1)
    }))

  test.each([
    ['Web', 'tools'],
    ['web', 'my_tools'],
    ['', 'tools'],
    ['web', 'a.b'],
    ['-web', 'tools'],
  ])('named %j of %j are usage errors', (service, agent) =>
    withStore((store) => {
      const error = userErrorOf(() => store.addStatic({ service, agent }, local))
      expect(error.exitCode).toBe(2)
      expect(store.list()).toEqual([])
    }),
  )

  test('that are not there cannot be removed; the nearest is named', () =>
    withStore((store, state) => {
      store.addStatic(name, local)
      const error = userErrorOf(() => store.removeStatic({ service: 'bd', agent: 'tools' }))
      expect(error.message).toBe('there is no static route "bd.tools"')
      expect(error.fixes).toEqual(['agent route remove db.tools'])
      insertRun(state, 'run_1', 'myapp')
      store.publish('run_1', [routeOf('run_1', 'myapp', 'web', 0)])
      expect(() => store.removeStatic({ service: 'web', agent: 'myapp' })).toThrow(UserError)
      expect(store.list()).toHaveLength(2)
    }))
})
