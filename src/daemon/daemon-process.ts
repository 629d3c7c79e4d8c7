import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, UserError } from '../lib/errors.ts'
import { descriptorLimit } from '../platform/descriptor-limit.ts'
import { type HeldLock, tryLock } from '../platform/file-lock.ts'
import { faultPoint } from '../platform/fault-point.ts'
import { ensurePrivateDirectory } from '../platform/private-directory.ts'
import { onSignals } from '../platform/shutdown-signals.ts'
import type { BoundProxy } from '../proxy/bind-proxy.ts'
import { limitsWithin } from '../proxy/proxy-limits.ts'
import { RouteSource } from '../routes/route-source.ts'
import type { RunContext } from '../run/run-context.ts'
import { Supervisor } from '../run/supervisor.ts'
import type { State } from '../state/state.ts'
import { AccessLog } from './access-log.ts'
import { lineOfRequest } from './access-line.ts'
import type { PortSource } from './control-protocol.ts'
import { serveControl } from './control-server.ts'
import { removeStaleSocket } from './stale-socket.ts'
import { clearDaemonRow, type DaemonRow, readDaemonRow, writeDaemonRow } from './daemon-row.ts'
import { DaemonRequests } from './daemon-requests.ts'
import { endWhenUnreachable } from './end-when-unreachable.ts'
import { findDaemon } from './find-daemon.ts'
import { serviceExplainer } from './explain-service.ts'
import { GatewayListeners } from './gateway-listeners.ts'
import { ProxyHost } from './proxy-host.ts'
import { runEgress } from './run-egress.ts'
import { RunRelays } from './run-relays.ts'
import { StrictGateways } from './strict-gateways.ts'

/** How long the daemon before us may take to end. */
const PREDECESSOR_LIMIT_MS = 15_000
const LOCK_RETRY_MS = 10
const IDLE_CHECK_MS = 250

export type DaemonOptions = {
  context: RunContext
  state: State
  uid: number
  /** Listeners opened while we still had the right to. */
  bound?: BoundProxy
  /** Have the proxy listen from the start. */
  proxy?: { port: number; source: PortSource }
  /** In somebody's terminal: the proxy is needed as long as it listens, and no daemon after us brings it back. */
  foreground?: boolean
  /** A service manager starts us again when we hand over: whoever has us do so waits for that. */
  service?: boolean
  /** How long nothing may need us before we end. */
  idleMs: number
  log: (line: string) => void
  /** Called once, when requests are answered. */
  onReady: (status: { port?: number }) => void
}

/** Why a daemon ended: another one takes over, or it was told to end or nothing needs it. */
export type DaemonEnd = 'handed over' | 'done'

/**
 * The background process: routing proxy and supervision of runs. Returns when nothing needs it any more,
 * when another one takes over, or on SIGTERM. One per state folder: a lock that the kernel holds for us
 * decides, so a crash frees it at once.
 */
export async function runDaemon(options: DaemonOptions): Promise<DaemonEnd> {
  const { context, state, log } = options
  const { paths } = context
  ensurePrivateDirectory(paths.socketDir, options.uid)
  using lock = await becomeOnly(options)
  if (lock === undefined) {
    options.onReady({})
    return 'done'
  }
  if (globalThis.AGENT_FAULTS) faultPoint(() => 'daemon:locked')
  // A dead daemon's; ours is made with the proxy, if ever.
  removeStaleSocket(paths.pagesSocket)
  const previous = readDaemonRow(state)
  await using cleanup = new AsyncDisposableStack()
  const routes = cleanup.use(
    new RouteSource(paths.dir, {
      onError: (error) => log(`could not read the routes: ${messageOf(error)}`),
    }),
  )
  const row = newRow(context)
  const access = cleanup.use(new AccessLog(context, log))
  const proxy = cleanup.use(proxyHost(options, { routes, access, row }))
  const openEgress = runEgress(context, access)
  const relays = cleanup.use(new RunRelays({ context, proxy, openEgress, log }))
  await relays.start()
  const gateways = new GatewayListeners({ context, proxy, log })
  const strictGateways = cleanup.use(new StrictGateways({ context, gateways, openEgress, log }))
  const supervisor = cleanup.use(new Supervisor(context, log))
  const end = Promise.withResolvers<string>()
  cleanup.use(onSignals(['SIGTERM', 'SIGINT'], (signal) => end.resolve(signal)))
  const requests = new DaemonRequests({
    row,
    supervisor,
    proxy,
    relays,
    gateways,
    strictGateways,
    context,
    routeCount: () => routes.current().routes.length,
    isService: options.service === true,
    end: () => end.resolve('handover'),
  })
  cleanup.use(
    await serveControl(paths.controlSocket, (request, peer) => requests.answer(request, peer)),
  )
  await startProxy(proxy, options, previous)
  writeDaemonRow(state, row)
  if (globalThis.AGENT_FAULTS) faultPoint(() => 'daemon:ready')
  options.onReady(row.proxyPort === undefined ? {} : { port: row.proxyPort })
  await Promise.all([supervisor.start(), gateways.start(), strictGateways.start()])
  if (globalThis.AGENT_FAULTS) faultPoint(() => 'daemon:supervising')
  cleanup.use(endWhenIdle(options, row, proxy, end.resolve))
  cleanup.use(endWhenUnreachable(paths.controlSocket, end.resolve))
  const reason = await end.promise
  log(`ending: ${reason}`)
  // Before the connections close, whose end would be the order to stop the runs they hold.
  supervisor.leave()
  return reason === 'handover' ? 'handed over' : 'done'
}

/**
 * The daemon's lock, once the one before us has ended. Undefined when another one serves already: then
 * whoever started us is served too. Not with listeners or a port of our own, which that one lacks.
 */
async function becomeOnly(options: DaemonOptions): Promise<HeldLock | undefined> {
  const { context, state, bound, proxy } = options
  const endMs = performance.now() + PREDECESSOR_LIMIT_MS
  for (;;) {
    const lock = tryLock(context.paths.daemonLock)
    if (lock !== undefined) return lock
    if (bound === undefined && proxy === undefined) {
      using other = await findDaemon(state)
      if (other !== undefined) return undefined
    }
    if (performance.now() > endMs)
      throw new UserError('another background process does not end', {
        fix: `end it: \`fuser ${context.paths.daemonLock}\` shows which`,
      })
    await delay(LOCK_RETRY_MS)
  }
}

function newRow({ processes, paths, version, clock }: RunContext): DaemonRow {
  return {
    process: processes.self,
    nonce: randomBytes(16).toString('hex'),
    socketPath: paths.controlSocket,
    pinned: false,
    version,
    startedAtMs: clock.now(),
  }
}

/** The proxy, with its port kept in the database. */
function proxyHost(
  { context, state, log }: DaemonOptions,
  { routes, access, row }: { routes: RouteSource; access: AccessLog; row: DaemonRow },
): ProxyHost {
  const descriptors = descriptorLimit()
  return new ProxyHost({
    routes,
    limits: descriptors === undefined ? {} : limitsWithin(descriptors),
    explain: serviceExplainer(context),
    pagesSocketPath: context.paths.pagesSocket,
    clock: context.clock,
    onAccess: (entry) => access.add(entry.runId, () => lineOfRequest(entry)),
    log,
    version: context.version,
    onChange: ({ port, pinned }) => {
      row.pinned = pinned
      if (port === undefined) delete row.proxyPort
      else row.proxyPort = port
      writeDaemonRow(state, row)
    },
  })
}

/** Serves listeners we were given; else listens where a daemon that died did, for the URLs already given out. */
async function startProxy(
  proxy: ProxyHost,
  { bound, context, log, proxy: wish, foreground }: DaemonOptions,
  previous: DaemonRow | undefined,
): Promise<void> {
  if (bound !== undefined) {
    await proxy.adopt(bound, foreground !== true)
    return
  }
  if (wish !== undefined) {
    await proxy.ensure({ ...wish, pin: foreground !== true })
    return
  }
  const { proxyPort, pinned } = previous ?? {}
  if (proxyPort === undefined) return
  if (pinned !== true && context.routes.list().length === 0) return
  try {
    await proxy.ensure({ port: proxyPort, source: 'default', pin: pinned === true })
  } catch (error) {
    const fixes = error instanceof UserError ? `; fix: ${error.fixes.join(', or ')}` : ''
    log(`the proxy cannot listen again: ${messageOf(error)}${fixes}`)
  }
}

/**
 * Ends the daemon once nothing has needed it for a while; a claim that comes first keeps it. So does a
 * database that cannot be asked now: whoever may need us is in it.
 */
function endWhenIdle(
  { context, state, idleMs, log, foreground }: DaemonOptions,
  row: DaemonRow,
  proxy: ProxyHost,
  end: (reason: string) => void,
): Disposable {
  const { clock, runs, routes } = context
  const isProxyWanted = (): boolean => proxy.pinned || (foreground === true && proxy.listening)
  const unneeded = (): boolean =>
    !isProxyWanted() && !runs.hasLive() && routes.listStatic().length === 0
  let neededAtMs = clock.now()
  let lastFailure = ''
  const check = (): void => {
    if (!unneeded()) neededAtMs = clock.now()
    if (clock.now() - neededAtMs < idleMs) return
    if (clearDaemonRow(state, row.nonce, unneeded)) end('idle')
  }
  const timer = setInterval(() => {
    try {
      check()
    } catch (error) {
      const failure = messageOf(error)
      if (failure !== lastFailure) log(`could not see whether anything needs us: ${failure}`)
      lastFailure = failure
    }
  }, IDLE_CHECK_MS)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
