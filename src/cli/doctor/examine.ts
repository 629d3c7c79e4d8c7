import { lookup } from 'node:dns/promises'
import { SilentDaemonError } from '../../daemon/control-client.ts'
import type { ProxyStatus } from '../../daemon/control-protocol.ts'
import type { Settings } from '../../config/settings.ts'
import { messageOf, UserError } from '../../lib/errors.ts'
import { untilAborted } from '../../lib/until-aborted.ts'
import { needsPrivilege } from '../../platform/privileges.ts'
import { isUnsafePort } from '../../proxy/unsafe-ports.ts'
import { formatServiceHost } from '../../routes/host-name.ts'
import type { AppContext } from '../app-context.ts'
import { readProxyStatus } from '../control-proxy.ts'
import { type DiskSpace, diskSpaceAt } from '../disk-space.ts'
import { loadSettings } from '../load-settings.ts'
import { readAccess } from '../read-access.ts'
import { openStoresForReading } from '../stores.ts'
import { acceptsConnections } from './accepts-connections.ts'
import { diskFinding } from './disk-finding.ts'
import { daemonFinding } from './daemon-finding.ts'
import { engineFindings } from './engine-findings.ts'
import { broken, type Finding, notice } from './finding.ts'
import { hostBlockFindings } from './host-block-findings.ts'
import { portFinding } from './port-finding.ts'
import { PROBE_NAME, resolverFinding } from './resolver-finding.ts'
import { runtimeFindings } from './runtime-findings.ts'
import { stateFinding } from './state-finding.ts'

const RUNTIMES_LIMIT_MS = 10_000
const LOOKUP_LIMIT_MS = 2000

/** Every check of this machine, in the order in which a run meets them. Reads and asks; makes and changes nothing. */
export async function examine(app: AppContext): Promise<Finding[]> {
  const settings = readSettings(app)
  if ('findings' in settings) return settings.findings
  const state = readState(app)
  const daemon = await readDaemon(app, state)
  const [runtimes, disk, port, resolver] = await Promise.all([
    runtimesHere(app, settings),
    diskSpaceAt(app.paths.dir),
    portHere(app, settings, daemon.status),
    resolverHere(app, state.hosts),
  ])
  const blocks = await hostBlocks(state.runs)
  return [
    ...runtimes,
    state.finding,
    ...diskFindings(disk),
    daemon.finding,
    port,
    resolver,
    ...blocks,
  ]
}

function diskFindings(space: DiskSpace | undefined): Finding[] {
  return space === undefined ? [] : [diskFinding(space)]
}

/** Without settings it is not known what to look at. */
function readSettings(app: AppContext): Settings | { findings: Finding[] } {
  try {
    return loadSettings(app, {})
  } catch (error) {
    const problems: readonly unknown[] = error instanceof AggregateError ? error.errors : [error]
    return { findings: problems.map((problem) => brokenBecause('settings', problem)) }
  }
}

async function runtimesHere(app: AppContext, settings: Settings): Promise<Finding[]> {
  const limit = AbortSignal.timeout(RUNTIMES_LIMIT_MS)
  const candidates = await app.runtimes.survey(limit)
  const findings = runtimeFindings(candidates, settings.runtime)
  const [engine] = candidates.filter(({ kind }) => kind === 'docker')
  if (engine === undefined || !('found' in engine)) return findings
  return [...findings, ...(await engineFindings(engine.found, settings, app.host.platform))]
}

type StateHere = {
  finding: Finding
  /** Host names of all routes. */
  hosts: readonly string[]
  liveRuns: number
  /** The live ones, and where their access logs are. */
  runs: readonly { name: string; accessLog: string }[]
}

function readState(app: AppContext): StateHere {
  const nothing = { hosts: [], liveRuns: 0, runs: [] }
  const finding = stateFinding(app.paths.dir, app.host.uid)
  if (finding.outcome === 'broken') return { finding, ...nothing }
  try {
    const stores = openStoresForReading(app)
    if (stores === undefined) return { finding, ...nothing }
    using _state = stores.state
    const { routes, runs } = stores.context
    const hosts = routes.list().map(({ service, agent }) => formatServiceHost(service, agent))
    const live = runs.list({ live: true })
    const logs = live.map(({ id, name }) => ({ name, accessLog: app.paths.runAccess(id) }))
    return { finding, hosts, liveRuns: live.length, runs: logs }
  } catch (error) {
    return { finding: brokenBecause('state', error), ...nothing }
  }
}

async function hostBlocks(runs: StateHere['runs']): Promise<Finding[]> {
  const findings = runs.map(async ({ name, accessLog }) =>
    hostBlockFindings(name, (await readAccess(accessLog)).lines),
  )
  return (await Promise.all(findings)).flat()
}

async function readDaemon(
  app: AppContext,
  { finding, liveRuns }: StateHere,
): Promise<{ finding: Finding; status?: ProxyStatus }> {
  if (finding.outcome === 'broken') return { finding: daemonFinding(undefined, 0) }
  try {
    const status = await readProxyStatus(app)
    return { finding: daemonFinding(status, liveRuns), ...(status === undefined ? {} : { status }) }
  } catch (error) {
    if (!(error instanceof SilentDaemonError)) throw error
    return { finding: notice('background process', error.message, error.fixes) }
  }
}

async function portHere(
  app: AppContext,
  { proxyPort: wish }: Settings,
  status: ProxyStatus | undefined,
): Promise<Finding> {
  const live = status?.port
  return portFinding({
    wish,
    live,
    isUnsafe: isUnsafePort(wish.value),
    isBusy: live === undefined && wish.value !== 0 && (await acceptsConnections(wish.value)),
    isForbidden: app.host.uid !== 0 && needsPrivilege(wish.value),
  })
}

async function resolverHere(app: AppContext, hosts: readonly string[]): Promise<Finding> {
  const [addresses, ...answers] = await Promise.all([PROBE_NAME, ...hosts].map(addressesOf))
  return resolverFinding({
    addresses: addresses ?? [],
    unknownHosts: hosts.filter((_host, index) => answers[index]?.length === 0),
    platform: app.host.platform,
  })
}

/** As the C library finds them for every other program; none when it does not in time. */
async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    const found = await untilAborted(
      lookup(host, { all: true }),
      AbortSignal.timeout(LOOKUP_LIMIT_MS),
    )
    return found.map(({ address }) => address)
  } catch {
    return []
  }
}

function brokenBecause(check: string, error: unknown): Finding {
  return broken(check, messageOf(error), error instanceof UserError ? error.fixes : [])
}
