import { DaemonGoneError } from '../daemon/control-client.ts'
import type { Hello, PortSource } from '../daemon/control-protocol.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import { fileLog } from '../daemon/file-log.ts'
import { findDaemonAndHello } from '../daemon/find-daemon.ts'
import { handOver } from '../daemon/hand-over.ts'
import { portConflict } from '../daemon/port-conflict.ts'
import { isNewer } from '../daemon/version-order.ts'
import { messageOf, usageError, UserError } from '../lib/errors.ts'
import { inheritedSockets } from '../platform/inherited-sockets.ts'
import { needsPrivilege } from '../platform/privileges.ts'
import { adoptListeners } from '../proxy/bind-proxy.ts'
import { httpUrl } from '../run/service-env.ts'
import type { State } from '../state/state.ts'
import type { AppContext } from './app-context.ts'
import { asCaller } from './as-caller.ts'
import { ExitError } from './exit-error.ts'
import { loadSettings, portBesideFiles, portWish } from './load-settings.ts'
import { settingFlags } from './run-flags.ts'
import { openStores, openStoresForReading } from './stores.ts'

export type StartProxyFlags = {
  port: string | undefined
  foreground: boolean
  /** Started by a service manager. */
  service: boolean
  restart: boolean
  json: boolean
}

type PortWish = { port: number; source: PortSource }

/** Has the proxy listen until it is stopped by name. */
export async function startProxy(app: AppContext, flags: StartProxyFlags): Promise<void> {
  if (flags.service && !flags.foreground)
    throw usageError('--service goes with --foreground', 'agent proxy start --foreground --service')
  const caller = app.sudoCaller()
  // Files are the user's, and nothing of the user's is touched before we are that user.
  const asked = portBesideFiles(app, settingFlags(flags))
  if (caller !== undefined && asked !== undefined && needsPrivilege(asked)) {
    const { startProxyForCaller } = await import('./privileged-proxy.ts')
    return startProxyForCaller(app, caller, { ...flags, port: asked })
  }
  return startOwnProxy(asCaller(app), flags)
}

async function startOwnProxy(app: AppContext, flags: StartProxyFlags): Promise<void> {
  const settings = loadSettings(app, settingFlags(flags))
  if (flags.foreground && flags.service)
    return logged(app, serveHere(app, flags, portWish(settings.proxyPort)))
  if (flags.foreground) return serveHere(app, flags, portWish(settings.proxyPort))
  const wish = flags.restart
    ? await makeWay(app, portWish(settings.proxyPort), flags)
    : portWish(settings.proxyPort)
  const { state } = openStores(app)
  using _state = state
  const port = await listen(app, state, wish).catch((error: unknown) => {
    // A background process that nothing needed may end just when it is asked; the next one is not that old.
    if (!(error instanceof DaemonGoneError)) throw error
    return listen(app, state, wish)
  })
  announceProxy(app, port, flags.json)
}

async function listen(app: AppContext, state: State, wish: PortWish): Promise<number> {
  using client = await ensureDaemon({
    state,
    paths: app.paths,
    selfCommand: app.selfCommand,
    env: app.host.env,
    version: app.build.version,
  })
  return await client.ensureProxy({ ...wish, pin: true })
}

/** Listens on the sockets of a socket unit, if there are any, instead of on the wished port. */
async function serveHere(app: AppContext, flags: StartProxyFlags, wish: PortWish): Promise<void> {
  const { runDaemonHere } = await import('./run-daemon-here.ts')
  const here = { foreground: true, service: flags.service }
  const sockets = inheritedSockets(app.host.env)
  const [first] = sockets
  if (first === undefined)
    return runDaemonHere(app, { ...here, proxy: await makeWay(app, wish, flags) })
  const given = { port: first.port, source: 'asked' as const }
  await makeWay(app, given, { ...flags, isOpen: true })
  return runDaemonHere(app, { ...here, bound: adoptListeners(sockets) })
}

/** Why a service could not serve: where its user cannot read the service manager's own log, or it has none. */
async function logged(app: AppContext, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof ExitError)) fileLog(app.paths.daemonLog, app.clock)(messageOf(error))
    throw error
  }
}

/** The one line that says where the proxy listens. */
export function announceProxy(app: AppContext, port: number, json: boolean): void {
  const url = httpUrl('localhost', port)
  app.output.answer(json ? JSON.stringify({ port, url }) : `proxy listening on ${url}`)
}

/** A proxy that listens already gives up its port; to the foreground the whole background process gives way. */
async function makeWay(
  app: AppContext,
  wish: PortWish,
  { restart, foreground, service, isOpen = false }: StartProxyFlags & { isOpen?: boolean },
): Promise<PortWish> {
  const stores = openStoresForReading(app)
  if (stores === undefined) return wish
  using _state = stores.state
  const found = await findDaemonAndHello(stores.state)
  if (found === undefined) return wish
  using client = found.client
  if (service) refuseNewer(app, found.hello)
  const { port: live } = await client.proxyStatus()
  const next = live === undefined ? wish : nextWish(app, wish, { live, restart, isOpen })
  if (restart) await client.stopProxy()
  if (foreground) await handOver(client)
  return next
}

/** Commands of the newer version would have this one give way again at once. */
function refuseNewer({ build }: AppContext, { version }: Hello): void {
  if (!isNewer(version, build.version)) return
  throw new UserError(
    `the service is of agent ${build.version}, and ${version} runs in the background already`,
    { fix: 'agent proxy service install' },
  )
}

/** Where to listen instead of on the live port: there again, unless another one was asked for. */
function nextWish(
  app: AppContext,
  wish: PortWish,
  { live, restart, isOpen }: { live: number; restart: boolean; isOpen: boolean },
): PortWish {
  const next = wish.source === 'asked' ? wish : { port: live, source: 'asked' as const }
  if (!restart && next.port !== live && next.port !== 0) throw portConflict(live, next.port)
  if (!isOpen && app.host.uid !== 0 && needsPrivilege(next.port))
    throw usageError(
      `port ${next.port} needs privileges that this user does not have, so the proxy stays as it is`,
      `sudo agent proxy restart --port=${next.port}`,
    )
  return next
}
