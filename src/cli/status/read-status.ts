import { SilentDaemonError } from '../../daemon/control-client.ts'
import type { ProxyStatus } from '../../daemon/control-protocol.ts'
import { messageOf } from '../../lib/errors.ts'
import { untilAborted } from '../../lib/until-aborted.ts'
import { type Holdings, type KnownRows, readHoldings } from '../../run/holdings.ts'
import { healthOf } from '../../run/run-health.ts'
import { isLive } from '../../run/run-state.ts'
import type { RuntimeInfo } from '../../runtime/container-state.ts'
import type { DetectedRuntime } from '../../runtime/runtime-directory.ts'
import type { AppContext } from '../app-context.ts'
import { readProxyStatus } from '../control-proxy.ts'
import { type DiskSpace, diskSpaceAt } from '../disk-space.ts'
import { listRuns, type ListedRun } from '../list-runs.ts'
import { loadSettings } from '../load-settings.ts'
import { abilitiesOf, type RuntimeAbilities } from '../runtime-abilities.ts'
import { foundAmong, runtimesHere } from '../runtimes-here.ts'
import { type OpenStores, openStoresForReading } from '../stores.ts'

const DETECT_LIMIT_MS = 2000
/** For all that is asked of the runtimes, detection included. */
const RUNTIMES_LIMIT_MS = 2500

export type RuntimeStatus =
  | (RuntimeInfo & RuntimeAbilities & { endpoint: string })
  | { error: string }

export type StatusFacts = {
  /** Where a run would go now. */
  runtime: RuntimeStatus
  /** The others that answer. */
  others: readonly RuntimeStatus[]
  proxy: ProxyStatus | { error: string } | undefined
  runs: readonly ListedRun[]
  counts: { live: number; ended: number; orphaned: number; uncleaned: number }
  holdings: readonly Holdings[]
  disks: readonly DiskSpace[]
  version: string
  stateDir: string
}

/** Reads and asks, never writes; what does not answer in time is said so. */
export async function readStatus(app: AppContext): Promise<StatusFacts> {
  const stores = openStoresForReading(app)
  using _state = stores?.state
  const limit = AbortSignal.timeout(RUNTIMES_LIMIT_MS)
  const found = surveyed(app, limit)
  const [runtime, candidates, proxy, runs, holdings] = await Promise.all([
    describeRuntime(app),
    found,
    describeProxy(app),
    stores === undefined ? [] : listRuns(stores.context, { all: false, proxyPort: undefined }),
    holdingsHere(app, stores, { found, signal: limit }),
  ])
  const folders = 'error' in runtime || !runtime.isLocal ? [] : await foldersOf(app, runtime, limit)
  const disks = await Promise.all([app.paths.dir, ...folders].map(diskSpaceAt))
  return {
    runtime,
    others: await describeOthers(candidates, runtime, limit),
    proxy,
    runs,
    counts: countRuns(stores),
    holdings,
    disks: disks.filter((disk) => disk !== undefined),
    version: app.build.version,
    stateDir: app.paths.dir,
  }
}

async function describeRuntime(app: AppContext): Promise<RuntimeStatus> {
  const limit = AbortSignal.timeout(DETECT_LIMIT_MS)
  try {
    const wish = loadSettings(app, {}).runtime.value
    const { info, runtime } = await app.runtimes.detect(wish, limit)
    return { ...info, endpoint: runtime.endpoint, ...(await abilitiesOf(runtime, limit)) }
  } catch (error) {
    const late = `unknown: no answer within ${DETECT_LIMIT_MS / 1000} s`
    return { error: limit.aborted ? late : reasonOf(error) }
  }
}

/** What answers in time. */
async function surveyed(app: AppContext, signal: AbortSignal): Promise<DetectedRuntime[]> {
  try {
    return foundAmong(await untilAborted(app.runtimes.survey(signal), signal))
  } catch (error) {
    if (signal.aborted) return []
    throw error
  }
}

async function describeOthers(
  found: readonly DetectedRuntime[],
  chosen: RuntimeStatus,
  signal: AbortSignal,
): Promise<RuntimeStatus[]> {
  const others = found.filter(
    ({ runtime }) => 'error' in chosen || runtime.endpoint !== chosen.endpoint,
  )
  return Promise.all(
    others.map(async ({ info, runtime: { endpoint }, runtime }) => ({
      ...info,
      endpoint,
      ...(await abilitiesOf(runtime, signal)),
    })),
  )
}

/** The configuration may have several problems at once. */
function reasonOf(error: unknown): string {
  return error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error)
}

async function describeProxy(
  app: AppContext,
): Promise<ProxyStatus | { error: string } | undefined> {
  try {
    return await readProxyStatus(app)
  } catch (error) {
    if (error instanceof SilentDaemonError) return { error: error.message }
    throw error
  }
}

/** Of the runtimes that answer; none of one that does not, which is said elsewhere. */
async function holdingsHere(
  app: AppContext,
  stores: OpenStores | undefined,
  { found, signal }: { found: Promise<readonly DetectedRuntime[]>; signal: AbortSignal },
): Promise<Holdings[]> {
  const runs = stores?.context.runs.list({ live: false }) ?? []
  const rows: KnownRows = { runs, homeId: stores?.context.homeId, nowMs: app.clock.now() }
  const connect: AppContext['runtimes']['connect'] = (kind, endpoint) =>
    app.runtimes.connect(kind, endpoint)
  const { runtimes } = await runtimesHere(await found, runs, { connect, signal })
  return Promise.all(runtimes.map((runtime) => readHoldings(runtime, rows, signal)))
}

async function foldersOf(
  app: AppContext,
  { kind, endpoint }: RuntimeInfo & { endpoint: string },
  signal: AbortSignal,
): Promise<string[]> {
  try {
    const { disk } = await app.runtimes.connect(kind, endpoint)
    const folder = await disk?.folder(signal)
    return folder === undefined ? [] : [folder]
  } catch {
    return []
  }
}

function countRuns(stores: OpenStores | undefined): StatusFacts['counts'] {
  const runs = stores?.context.runs.list({ live: false }) ?? []
  const live = runs.filter(({ state }) => isLive(state)).length
  const healths = stores === undefined ? [] : runs.map((run) => healthOf(run, stores.context))
  return {
    live,
    ended: runs.length - live,
    orphaned: healths.filter((health) => health === 'orphaned').length,
    uncleaned: healths.filter((health) => health === 'uncleaned').length,
  }
}
