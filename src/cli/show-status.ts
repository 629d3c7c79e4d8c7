import { messageOf } from '../lib/errors.ts'
import { isLive } from '../run/run-state.ts'
import { healthOf } from '../run/run-health.ts'
import type { RuntimeInfo } from '../runtime/container-state.ts'
import type { AppContext } from './app-context.ts'
import { proxyLines, readProxyStatus } from './control-proxy.ts'
import { loadSettings } from './load-settings.ts'
import { openStoresForReading } from './stores.ts'

const DETECT_LIMIT_MS = 2000

/** Reads and asks, never writes; what does not answer in time is said so. */
export async function showStatus(app: AppContext, flags: { json: boolean }): Promise<void> {
  const [runtime, proxy] = await Promise.all([describeRuntime(app), readProxyStatus(app)])
  const runs = countRuns(app)
  if (flags.json) {
    const facts = { runtime, proxy: proxy ?? { listening: false }, runs, state: app.paths.dir }
    app.output.answer(JSON.stringify(facts, undefined, 2))
    return
  }
  app.output.answer(`runtime      ${'error' in runtime ? runtime.error : runtime.description}`)
  for (const line of proxyLines(proxy)) app.output.answer(line)
  app.output.answer(
    `runs         ${runs.live} live, ${runs.ended} ended, ${runs.orphaned} orphaned, ${runs.uncleaned} with leftovers`,
  )
  app.output.answer(`state        ${app.paths.dir}`)
}

async function describeRuntime(app: AppContext): Promise<RuntimeInfo | { error: string }> {
  const limit = AbortSignal.timeout(DETECT_LIMIT_MS)
  try {
    const wish = loadSettings(app, {}).runtime.value
    const { info } = await app.runtimes.detect(wish, limit)
    return info
  } catch (error) {
    const late = `unknown: no answer within ${DETECT_LIMIT_MS / 1000} s`
    return { error: limit.aborted ? late : messageOf(error) }
  }
}

function countRuns(app: AppContext): {
  live: number
  ended: number
  orphaned: number
  uncleaned: number
} {
  const stores = openStoresForReading(app)
  if (stores === undefined) return { live: 0, ended: 0, orphaned: 0, uncleaned: 0 }
  using _state = stores.state
  const runs = stores.context.runs.list({ live: false })
  const live = runs.filter(({ state }) => isLive(state)).length
  const healths = runs.map((run) => healthOf(run, stores.context))
  return {
    live,
    ended: runs.length - live,
    orphaned: healths.filter((health) => health === 'orphaned').length,
    uncleaned: healths.filter((health) => health === 'uncleaned').length,
  }
}
