import { formatAge } from '../../lib/age.ts'
import { requireOwnStateDir } from '../../platform/state-owner.ts'
import { formatRouteName } from '../../routes/route-conflict.ts'
import { RouteStore } from '../../routes/route-store.ts'
import type { RunRecord } from '../../run/run-record.ts'
import { isLive } from '../../run/run-state.ts'
import { RunStore } from '../../run/run-store.ts'
import { openStateAsItIs } from '../../state/open-state.ts'
import type { AppContext } from '../app-context.ts'
import type { Candidate } from './candidate.ts'

/** Runs that a command could mean, newest first; the ended ones only with `ended`. */
export function runCandidates(
  app: AppContext,
  options: { ended: boolean; typed: string },
): Candidate[] {
  const runs = known(app, ({ runs: store }) => store.list({ live: !options.ended }))
  return runs.map((run) => ({
    value: options.typed.startsWith('run_') || isAmbiguous(runs, run) ? run.id : run.name,
    about: `${run.state}, ${formatAge(app.clock.now() - run.createdAtMs)}`,
  }))
}

/** Services of the live runs of that name or id, and of static routes of that name. */
export function serviceCandidates(app: AppContext, text: string): Candidate[] {
  return known(app, ({ runs, routes }) => {
    const names = runs
      .list({ live: true })
      .filter(({ id }) => id === text)
      .map(({ name }) => name)
    return routes
      .list()
      .filter(({ agent }) => agent === text || names.includes(agent))
      .map(({ service, upstream }) => ({ value: service, about: `port ${upstream.port}` }))
  })
}

/** The routes that `agent route remove` takes. */
export function routeCandidates(app: AppContext): Candidate[] {
  return known(app, ({ routes }) =>
    routes
      .listStatic()
      .map((route) => ({ value: formatRouteName(route), about: `port ${route.upstream.port}` })),
  )
}

/** The name says another run, or none in particular. */
function isAmbiguous(runs: readonly RunRecord[], run: RunRecord): boolean {
  return !isLive(run.state) && runs.some(({ id, name }) => name === run.name && id !== run.id)
}

/** What a read of the state says; nothing without one, or with one of another version. Nothing is made or waited for. */
function known<T>(
  app: AppContext,
  read: (stores: { runs: RunStore; routes: RouteStore }) => T[],
): T[] {
  requireOwnStateDir(app.paths.dir, app.host.uid)
  using state = openStateAsItIs(app.paths.dir)
  if (state === undefined) return []
  return read({ runs: new RunStore(state, app.clock), routes: new RouteStore(state) })
}
