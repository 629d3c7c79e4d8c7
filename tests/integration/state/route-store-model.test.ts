import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { RouteSource } from '../../../src/routes/route-source.ts'
import { RouteStore } from '../../../src/routes/route-store.ts'
import type { Route } from '../../../src/routes/route.ts'
import { openState } from '../../../src/state/open-state.ts'
import type { State } from '../../../src/state/state.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { Program } from './program.ts'
import { RouteModel, describeRoute } from './route-model.ts'
import { routeSteps } from './route-steps.ts'

const uid = process.geteuid?.() ?? -1

/** All routes but what ended runs have left, which nobody promises to find. */
function standing(routes: readonly Route[], state: State): string[] {
  const ended = state.db.prepare(`SELECT 1 FROM runs WHERE id = ? AND state = 'stopped'`)
  return routes
    .filter(({ owner }) => owner.kind === 'static' || ended.get(owner.runId) === undefined)
    .map(describeRoute)
    .sort()
}

describe('the route store', () => {
  test('holds after any steps what a simple model holds, and a source shows the same', async () => {
    await fc.assert(
      fc.asyncProperty(routeSteps, async (steps) => {
        using folder = temporaryFolder()
        using state = openState(folder.path, { uid })
        using source = new RouteSource(folder.path)
        const store = new RouteStore(state)
        const model = new RouteModel(state, { prefix: 'run', isAlone: true, host: '127.0.0.1' })
        for (const step of steps) {
          const before = source.current()
          model.take(step)
          await new Promise(setImmediate)
          const now = source.current()
          expect(now.routes).toEqual(store.list())
          expect(now.generation).toBe(state.routesGeneration)
          // Unchanged routes are the same table, so that nobody rebuilds what depends on them.
          expect(now === before).toBe(now.generation === before.generation)
          expect(standing(now.routes, state)).toEqual(model.routes.map(describeRoute).sort())
        }
      }),
      { numRuns: 60 },
    )
  }, 120_000)

  test('lets no process disturb the routes of another, with 4 of them at random', async () => {
    using folder = temporaryFolder()
    using state = openState(folder.path, { uid })
    await using stack = new AsyncDisposableStack()
    const seed = Date.now() % 1_000_000
    console.log(`seed ${seed}`)
    const users = [0, 1, 2, 3].map((user) =>
      stack.use(new Program('use-routes', folder.path, `run_${user}`, String(seed + user), '40')),
    )
    const said = await Promise.all(users.map((user) => user.rest()))
    expect(await Promise.all(users.map((user) => user.exited()))).toEqual([0, 0, 0, 0])
    expect(standing(new RouteStore(state).list(), state)).toEqual(said.flat().sort())
  }, 120_000)
})
