import { findDaemon } from '../daemon/find-daemon.ts'
import type { ProxyStatus } from '../daemon/control-protocol.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import { formatAge } from '../lib/age.ts'
import { sudoCaller } from '../platform/privileges.ts'
import { httpUrl } from '../run/service-env.ts'
import type { AppContext } from './app-context.ts'
import { loadSettings, portWish } from './load-settings.ts'
import { settingFlags } from './run-flags.ts'
import { openStores, openStoresForReading } from './stores.ts'

export type StartProxyFlags = {
  port: string | undefined
  foreground: boolean
  restart: boolean
  json: boolean
}

/** Has the proxy listen until it is stopped by name. */
export async function startProxy(app: AppContext, flags: StartProxyFlags): Promise<void> {
  const caller = sudoCaller(app.host)
  if (caller !== undefined) {
    const { startProxyForCaller } = await import('./privileged-proxy.ts')
    return startProxyForCaller(app, caller, flags)
  }
  if (flags.restart) await stopListening(app)
  const wish = portWish(loadSettings(app, settingFlags(flags)).proxyPort)
  if (flags.foreground) {
    const { runDaemonHere } = await import('./run-daemon-here.ts')
    return runDaemonHere(app, { proxy: wish, foreground: true })
  }
  const { state } = openStores(app)
  using _state = state
  using client = await ensureDaemon({
    state,
    paths: app.paths,
    selfCommand: app.selfCommand,
    env: app.host.env,
    version: app.build.version,
  })
  const port = await client.ensureProxy({ ...wish, pin: true })
  announceProxy(app, port, flags.json)
}

/** The one line that says where the proxy listens. */
export function announceProxy(app: AppContext, port: number, json: boolean): void {
  const url = httpUrl('localhost', port)
  app.output.answer(json ? JSON.stringify({ port, url }) : `proxy listening on ${url}`)
}

export async function stopProxy(app: AppContext, flags: { json: boolean }): Promise<void> {
  const stopped = await stopListening(app)
  const text = stopped ? 'proxy stopped' : 'the proxy is not listening'
  app.output.answer(flags.json ? JSON.stringify({ stopped }) : text)
}

async function stopListening(app: AppContext): Promise<boolean> {
  const { state } = openStores(app)
  using _state = state
  using client = await findDaemon(state)
  if (client === undefined) return false
  const { listening } = await client.proxyStatus()
  await client.stopProxy()
  return listening
}

/** The proxy's state; undefined when there is no background process. Never starts one. */
export async function readProxyStatus(app: AppContext): Promise<ProxyStatus | undefined> {
  const stores = openStoresForReading(app)
  if (stores === undefined) return undefined
  using _state = stores.state
  using client = await findDaemon(stores.state)
  return await client?.proxyStatus()
}

export async function showProxyStatus(app: AppContext, flags: { json: boolean }): Promise<void> {
  const status = await readProxyStatus(app)
  if (flags.json) {
    app.output.answer(JSON.stringify(status ?? { listening: false }, undefined, 2))
    return
  }
  for (const line of proxyLines(status)) app.output.answer(line)
}

export function proxyLines(status: ProxyStatus | undefined): string[] {
  if (status === undefined) return ['proxy        not running']
  const facts: [string, string][] = [
    ['proxy', status.port === undefined ? 'not listening' : httpUrl('localhost', status.port)],
    ['addresses', status.addresses.join(', ') || '-'],
    ['started', status.pinned ? 'by name, until agent proxy stop' : 'on demand'],
    ['process', `${status.pid}, up ${formatAge(status.uptimeMs)}, version ${status.version}`],
    ['routes', String(status.routes)],
    ['requests', String(status.requests)],
    ['connections', `${status.openConnections}, of these ${status.tunnels} tunnels`],
  ]
  return facts.map(([name, value]) => `${name.padEnd(12)} ${value}`)
}
