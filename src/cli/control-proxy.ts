import { findDaemon } from '../daemon/find-daemon.ts'
import type { ProxyStatus } from '../daemon/control-protocol.ts'
import { formatAge } from '../lib/age.ts'
import { httpUrl } from '../run/service-env.ts'
import type { AppContext } from './app-context.ts'
import { asCaller } from './as-caller.ts'
import { openStoresForReading } from './stores.ts'

export async function stopProxy(app: AppContext, flags: { json: boolean }): Promise<void> {
  const stopped = await stopListening(asCaller(app))
  const text = stopped ? 'proxy stopped' : 'the proxy is not listening'
  app.output.answer(flags.json ? JSON.stringify({ stopped }) : text)
}

async function stopListening(app: AppContext): Promise<boolean> {
  const stores = openStoresForReading(app)
  if (stores === undefined) return false
  using _state = stores.state
  using client = await findDaemon(stores.state)
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
  const status = await readProxyStatus(asCaller(app))
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
