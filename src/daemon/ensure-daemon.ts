import { closeSync, openSync } from 'node:fs'
import { UserError } from '../lib/errors.ts'
import { acquireLock } from '../platform/file-lock.ts'
import { faultPoint } from '../platform/fault-point.ts'
import { mayListenOn } from '../platform/privileges.ts'
import { spawnDetached } from '../platform/spawn-detached.ts'
import type { StatePaths } from '../platform/state-paths.ts'
import type { State } from '../state/state.ts'
import type { ControlClient } from './control-client.ts'
import { daemonEnv } from './daemon-env.ts'
import { readDaemonRow } from './daemon-row.ts'
import { awaitService } from './await-service.ts'
import { findDaemon, findDaemonAndHello } from './find-daemon.ts'
import { handOver } from './hand-over.ts'
import { makesWay } from './makes-way.ts'
import { decodeDaemonReport } from './daemon-report.ts'
import type { Environment } from '../platform/host.ts'

const SPAWN_LOCK_LIMIT_MS = 30_000
const START_LIMIT_MS = 20_000
/** launchd starts nothing anew within 10 s of its last start. */
const SERVICE_LIMIT_MS = 12_000

export type EnsureDaemonOptions = {
  state: State
  paths: StatePaths
  /** The command that starts this program again. */
  selfCommand: readonly string[]
  env: Environment
  version: string
}

/** A connection to the daemon; starts one when none lives, and replaces one that is older than we are. */
export async function ensureDaemon(options: EnsureDaemonOptions): Promise<ControlClient> {
  const { state, paths, version } = options
  const living = await livingDaemon(state, version)
  if (living?.isCurrent === true) return living.client
  living?.client[Symbol.dispose]()
  // One checks, has an older one end and starts at a time: twenty commands start one daemon, and none of an older version is first.
  using _lock = await acquireLock(paths.spawnLock, { timeoutMs: SPAWN_LOCK_LIMIT_MS })
  const other = await livingDaemon(state, version)
  if (other?.isCurrent === true) return other.client
  if (other !== undefined) {
    await handOver(other.client)
    const current = other.isService ? await serviceAgain(options) : undefined
    if (current !== undefined) return current
  }
  if (globalThis.AGENT_FAULTS) faultPoint(() => 'spawn:locked')
  await startDaemon(options)
  if (globalThis.AGENT_FAULTS) faultPoint(() => 'spawn:started')
  const started = await findDaemon(state)
  if (started === undefined)
    throw new UserError('the background process ended right after its start', {
      fix: `look into ${paths.daemonLog}`,
    })
  return started
}

type LivingDaemon = { client: ControlClient; isCurrent: boolean; isService: boolean }

/** The daemon that lives, if any; not current when it is to make way for our version. */
async function livingDaemon(state: State, version: string): Promise<LivingDaemon | undefined> {
  const found = await findDaemonAndHello(state)
  if (found === undefined) return undefined
  const { client, hello } = found
  const proxyPort = readDaemonRow(state)?.proxyPort
  const isService = hello.service === true
  const daemon = {
    version: hello.version,
    service: isService,
    ...(proxyPort === undefined ? {} : { proxyPort }),
  }
  const isCurrent = !makesWay(daemon, version, mayListenOn)
  return { client, isCurrent, isService }
}

/** The service once its manager has started it again; undefined when that does not happen, or starts the older program. */
async function serviceAgain({
  state,
  version,
}: EnsureDaemonOptions): Promise<ControlClient | undefined> {
  if (!(await awaitService(state, AbortSignal.timeout(SERVICE_LIMIT_MS)))) return undefined
  const service = await livingDaemon(state, version)
  if (service?.isCurrent === true) return service.client
  if (service !== undefined) await handOver(service.client)
  return undefined
}

async function startDaemon({ paths, selfCommand, env }: EnsureDaemonOptions): Promise<void> {
  const log = openLog(paths.daemonLog)
  try {
    const { firstLine } = spawnDetached([...selfCommand, '__daemon'], {
      env: daemonEnv(env, paths),
      stderr: log ?? 'ignore',
      limitMs: START_LIMIT_MS,
    })
    decodeDaemonReport(await firstLine, paths)
  } finally {
    if (log !== undefined) closeSync(log)
  }
}

/** Undefined where nothing can be written: then the daemon says itself what it cannot do. */
function openLog(path: string): number | undefined {
  try {
    return openSync(path, 'a', 0o600)
  } catch {
    return undefined
  }
}
