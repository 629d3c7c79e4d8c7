import { DaemonGoneError } from '../daemon/control-client.ts'
import { findDaemon } from '../daemon/find-daemon.ts'
import type { ProxyStatus } from '../daemon/control-protocol.ts'
import { formatAge } from '../lib/age.ts'
import { httpUrl } from '../run/service-env.ts'
import type { State } from '../state/state.ts'
import type { AppContext } from './app-context.ts'
import { asCaller } from './as-caller.ts'
import { openStoresForReading } from './stores.ts'

export async function stopProxy(app: AppContext, flags: { json: boolean }): Promise<void> {
  const { stopped, service } = await stopListening(asCaller(app))
  const text = stopped ? 'proxy stopped' : 'the proxy is not listening'
  app.output.answer(flags.json ? JSON.stringify({ stopped }) : text)
  if (service && !flags.json)
    app.output.note('it is a service, and listens again after the next login or boot')
}

async function stopListening(app: AppContext): Promise<{ stopped: boolean; service: boolean }> {
  const nothing = { stopped: false, service: false }
  const stores = openStoresForReading(app)
  if (stores === undefined) return nothing
  using _state = stores.state
  using client = await findDaemon(stores.state)
  if (client === undefined) return nothing
  const { listening, service } = await client.proxyStatus()
  await client.stopProxy()
  return { stopped: listening, service: service === true }
}

/** The proxy's state; undefined when there is no background process. Never starts one. */
export async function readProxyStatus(app: AppContext): Promise<ProxyStatus | undefined> {
  const stores = openStoresForReading(app)
  if (stores === undefined) return undefined
  using _state = stores.state
  // One that ends while it is asked may have made way for another.
  return (await statusOf(stores.state)) ?? (await statusOf(stores.state))
}

/** Undefined when no daemon lives, or none any more. */
async function statusOf(state: State): Promise<ProxyStatus | undefined> {
  using client = await findDaemon(state)
  try {
    return await client?.proxyStatus()
  } catch (error) {
    if (error instanceof DaemonGoneError) return undefined
    throw error
  }
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
    ['started', startOf(status)],
    ['process', `${status.pid}, up ${formatAge(status.uptimeMs)}, version ${status.version}`],
    ['routes', String(status.routes)],
    ['requests', requestsOf(status)],
    ['connections', `${status.openConnections} of clients, ${status.tunnels} of these tunnels`],
    ...upstreamFacts(status),
  ]
  return facts.map(([name, value]) => `${name.padEnd(12)} ${value}`)
}

function startOf({ service, pinned }: ProxyStatus): string {
  if (service === true) return 'as a service'
  return pinned ? 'by name, until agent proxy stop' : 'on demand'
}

function requestsOf({ requests, failures }: ProxyStatus): string {
  return failures === undefined || failures === 0
    ? String(requests)
    : `${requests}, ${failures} without an answer from their service`
}

/** Nothing from a daemon of an older version, which does not tell. */
function upstreamFacts(status: ProxyStatus): [string, string][] {
  const { upstreamConnections: open, idleUpstreamConnections: idle } = status
  return open === undefined || idle === undefined
    ? []
    : [['upstreams', `${open} connections to services, ${idle} of these idle`]]
}
