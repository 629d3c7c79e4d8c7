import { decodeDaemonReport } from '../daemon/daemon-report.ts'
import { findDaemon } from '../daemon/find-daemon.ts'
import { handOver } from '../daemon/hand-over.ts'
import { portConflict } from '../daemon/port-conflict.ts'
import { portProblem } from '../daemon/proxy-host.ts'
import { UserError } from '../lib/errors.ts'
import { becomeCaller, type SudoCaller } from '../platform/privileges.ts'
import { spawnDetached } from '../platform/spawn-detached.ts'
import { bindProxy, type BoundProxy, PortError } from '../proxy/bind-proxy.ts'
import type { AppContext } from './app-context.ts'
import { reportFailure, reportReady, runDaemonHere } from './run-daemon-here.ts'
import { announceProxy } from './start-proxy.ts'
import { openStores } from './stores.ts'

const START_LIMIT_MS = 20_000

export type PrivilegedStart = {
  port: number
  /** A proxy on another port makes way. */
  restart: boolean
  foreground: boolean
}

/**
 * `sudo agent proxy start --port=80`: a child opens the sockets as root, then it and we become the user who
 * typed it, and only then is anything of that user's touched. The state, the files and the process are his.
 */
export async function startProxyForCaller(
  app: AppContext,
  caller: SudoCaller,
  options: PrivilegedStart & { json: boolean },
): Promise<void> {
  const { port, restart, foreground, json } = options
  if (foreground) return bindThenServe(app, caller, { port, restart, foreground })
  const parameters = ['__privileged-daemon', String(port), ...(restart ? ['restart'] : [])]
  const { firstLine } = spawnDetached([...app.selfCommand, ...parameters], {
    env: callerEnv(app, caller, parameters),
    stderr: 'ignore',
    limitMs: START_LIMIT_MS,
  })
  becomeCaller(caller)
  const { port: live } = decodeDaemonReport(await firstLine, app.forCaller(caller).paths)
  announceProxy(app, live ?? port, json)
}

/** Opens the listeners with the rights we have, gives those up, then serves. */
export async function bindThenServe(
  app: AppContext,
  caller: SudoCaller,
  start: PrivilegedStart,
): Promise<void> {
  const bound = await bindOrProblem(start.port)
  becomeCaller(caller)
  const own = app.forCaller(caller)
  try {
    if (await isServed(own, start)) return reportReady(own, { port: start.port })
    if (bound instanceof UserError) throw bound
    await makeWay(own, start)
  } catch (error) {
    if (!(bound instanceof UserError)) bound.close()
    if (start.foreground) throw error
    return reportFailure(own, error)
  }
  await runDaemonHere(own, { foreground: start.foreground, bound })
}

async function bindOrProblem(port: number): Promise<BoundProxy | UserError> {
  try {
    return await bindProxy(port)
  } catch (error) {
    if (error instanceof PortError) return portProblem(error)
    throw error
  }
}

/** True when a proxy of the user's listens there already; it is then there to stay. */
async function isServed(app: AppContext, { port, foreground }: PrivilegedStart): Promise<boolean> {
  const { state } = openStores(app)
  using _state = state
  using client = await findDaemon(state)
  const live = await client?.proxyStatus()
  if (client === undefined || live?.port !== port) return false
  if (foreground)
    throw new UserError(`the proxy listens on port ${port} already`, { fix: 'agent proxy stop' })
  await client.ensureProxy({ port, source: 'asked', pin: true })
  return true
}

/** A background process of the user's that lives already hands over, with what its proxy does only when told so. */
async function makeWay(app: AppContext, { port, restart }: PrivilegedStart): Promise<void> {
  const { state } = openStores(app)
  using _state = state
  using client = await findDaemon(state)
  if (client === undefined) return
  const { port: live } = await client.proxyStatus()
  if (live !== undefined && !restart) throw portConflict(live, port)
  await handOver(client)
}

/** What the child may know: enough to become the user, and where his state is. */
function callerEnv(
  app: AppContext,
  caller: SudoCaller,
  parameters: readonly string[],
): Record<string, string> {
  const kept: Record<string, string> = {
    SUDO_UID: String(caller.uid),
    SUDO_GID: String(caller.gid),
    SUDO_COMMAND: [...app.selfCommand, ...parameters].join(' '),
    HOME: caller.homeDir,
    PATH: app.host.env['PATH'] ?? '/usr/bin:/bin',
  }
  for (const name of ['AGENTOPS_HOME', 'AGENTOPS_DAEMON_IDLE', 'AGENT_TEST_ID', 'LANG', 'TZ']) {
    const value = app.host.env[name]
    if (value !== undefined) kept[name] = value
  }
  return kept
}
