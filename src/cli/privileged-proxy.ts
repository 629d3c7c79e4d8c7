import { findDaemon } from '../daemon/find-daemon.ts'
import { decodeDaemonReport } from '../daemon/daemon-report.ts'
import { portProblem } from '../daemon/proxy-host.ts'
import { usageError } from '../lib/errors.ts'
import { becomeCaller, type SudoCaller } from '../platform/privileges.ts'
import { spawnDetached } from '../platform/spawn-detached.ts'
import { bindProxy, type BoundProxy, PortError } from '../proxy/bind-proxy.ts'
import type { AppContext } from './app-context.ts'
import { announceProxy, type StartProxyFlags } from './control-proxy.ts'
import { reportFailure, runDaemonHere } from './run-daemon-here.ts'
import { settingFlags } from './run-flags.ts'
import { openStores } from './stores.ts'

const START_LIMIT_MS = 20_000

/**
 * `sudo agent proxy start --port=80`: a child opens the sockets as root, then it and we become the user who
 * typed it, and only then is anything of that user's touched. The state, the files and the process are his.
 */
export async function startProxyForCaller(
  app: AppContext,
  caller: SudoCaller,
  flags: StartProxyFlags,
): Promise<void> {
  const port = settingFlags(flags).port ?? Number(app.host.env['AGENTOPS_PROXY_PORT'] ?? 80)
  const parameters = ['__privileged-daemon', String(port)]
  if (flags.foreground) {
    await bindThenServe(app, caller, port, true)
    return
  }
  const env = callerEnv(app, caller)
  const starting = spawnDetached([...app.selfCommand, ...parameters], {
    env,
    stderr: 'ignore',
    limitMs: START_LIMIT_MS,
  })
  becomeCaller(caller)
  const { port: live } = decodeDaemonReport(await starting, app.paths)
  announceProxy(app, live ?? port, flags.json)
}

/** Opens the listeners with the rights we have, gives those up, then serves. */
export async function bindThenServe(
  app: AppContext,
  caller: SudoCaller,
  port: number,
  foreground: boolean,
): Promise<void> {
  let bound: BoundProxy | undefined
  let failure: unknown
  try {
    bound = await bindProxy(port)
  } catch (error) {
    failure = error instanceof PortError ? portProblem(error) : error
  }
  becomeCaller(caller)
  const own = app.forCaller(caller)
  try {
    await makeWay(own, port, failure)
    if (bound === undefined) return
  } catch (error) {
    await bound?.close()
    if (foreground) throw error
    reportFailure(own, error)
    return
  }
  await runDaemonHere(own, { foreground, bound })
}

/** Asks a daemon of the user's that lives already to hand over, unless it serves names on another port. */
async function makeWay(app: AppContext, port: number, failure: unknown): Promise<void> {
  const { state } = openStores(app)
  using _state = state
  using client = await findDaemon(state)
  const status = await client?.proxyStatus()
  if (status?.listening === true && status.port === port) {
    await client?.ensureProxy({ port, source: 'asked', pin: true })
    app.output.answer(JSON.stringify({ ready: true, port }))
    return
  }
  if (failure !== undefined) throw failure
  if (status?.listening === true)
    throw usageError(`the proxy listens on port ${status.port} already, not on ${port}`, [
      'agent proxy stop, then the same command again',
    ])
  await client?.handover()
  await client?.closed
}

/** What the child may know: enough to become the user, and where his state is. */
function callerEnv(app: AppContext, caller: SudoCaller): Record<string, string> {
  const kept: Record<string, string> = {
    SUDO_UID: String(caller.uid),
    SUDO_GID: String(caller.gid),
    HOME: caller.homeDir,
    PATH: app.host.env['PATH'] ?? '/usr/bin:/bin',
  }
  for (const name of ['AGENTOPS_HOME', 'AGENTOPS_DAEMON_IDLE', 'AGENT_TEST_ID', 'LANG', 'TZ']) {
    const value = app.host.env[name]
    if (value !== undefined) kept[name] = value
  }
  return kept
}
