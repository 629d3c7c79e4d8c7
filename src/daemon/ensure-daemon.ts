import { closeSync, openSync } from 'node:fs'
import { UserError } from '../lib/errors.ts'
import { acquireLock } from '../platform/file-lock.ts'
import { faultPoint } from '../platform/fault-point.ts'
import { spawnDetached } from '../platform/spawn-detached.ts'
import type { StatePaths } from '../platform/state-paths.ts'
import type { State } from '../state/state.ts'
import type { ControlClient } from './control-client.ts'
import { daemonEnv } from './daemon-env.ts'
import { findDaemon, findDaemonAndVersion } from './find-daemon.ts'
import { handOver } from './hand-over.ts'
import { isNewer } from './version-order.ts'
import { decodeDaemonReport } from './daemon-report.ts'
import type { Environment } from '../platform/host.ts'

const SPAWN_LOCK_LIMIT_MS = 30_000
const START_LIMIT_MS = 20_000

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
  const living = await currentDaemon(state, version)
  if (living !== undefined) return living
  // One checks and starts at a time, so that twenty commands start one daemon.
  using _lock = await acquireLock(paths.spawnLock, { timeoutMs: SPAWN_LOCK_LIMIT_MS })
  const other = await currentDaemon(state, version)
  if (other !== undefined) return other
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

/** Undefined when none lives, or when the one that does was asked to make way for a newer version. */
async function currentDaemon(state: State, version: string): Promise<ControlClient | undefined> {
  const found = await findDaemonAndVersion(state)
  if (found === undefined) return undefined
  const { client } = found
  if (!isNewer(version, found.version)) return client
  await handOver(client)
  return undefined
}

async function startDaemon({ paths, selfCommand, env }: EnsureDaemonOptions): Promise<void> {
  const log = openSync(paths.daemonLog, 'a', 0o600)
  try {
    const line = await spawnDetached([...selfCommand, '__daemon'], {
      env: daemonEnv(env, paths),
      stderr: log,
      limitMs: START_LIMIT_MS,
    })
    decodeDaemonReport(line, paths)
  } finally {
    closeSync(log)
  }
}
