import type { RouteStore } from '../../../src/routes/route-store.ts'
import type { Route } from '../../../src/routes/route.ts'

/** The routes that a run has, in their order. */
export function routesOfRun(store: RouteStore, runId: string): Route[] {
  return store.list().filter(({ owner }) => owner.kind === 'run' && owner.runId === runId)
}
