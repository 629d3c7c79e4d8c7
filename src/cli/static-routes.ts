import { readDaemonRow } from '../daemon/daemon-row.ts'
import { parseDnsLabel } from '../lib/dns-label.ts'
import { usageError } from '../lib/errors.ts'
import { parsePort } from '../lib/port-number.ts'
import { quoted } from '../lib/quoted.ts'
import { formatServiceHost } from '../routes/host-name.ts'
import type { Upstream } from '../routes/route.ts'
import { httpUrl } from '../run/service-env.ts'
import type { AppContext } from './app-context.ts'
import { DaemonSupervision } from './daemon-supervision.ts'
import { loadSettings, portWish } from './load-settings.ts'
import { settingFlags, valueOf } from './run-flags.ts'
import { openStores, openStoresForReading } from './stores.ts'
import { formatTable } from './table.ts'

/** Adds a static route and has the proxy listen for it. */
export async function addRoute(
  app: AppContext,
  name: string,
  upstream: string,
  flags: { port: string | undefined; json: boolean },
): Promise<void> {
  const routeName = parseRouteName(name)
  const target = parseUpstream(upstream)
  const settings = loadSettings(app, settingFlags({ port: flags.port }))
  const { state, context } = openStores(app)
  using _state = state
  using supervision = new DaemonSupervision(app, state, portWish(settings.proxyPort))
  // First what may be refused: a command that fails leaves no route.
  const port = await supervision.proxyPort()
  context.routes.addStatic(routeName, target)
  const url = httpUrl(formatServiceHost(routeName.service, routeName.agent), port)
  app.output.answer(flags.json ? JSON.stringify({ ...routeName, url, upstream: target }) : url)
}

export function removeRoute(app: AppContext, name: string, flags: { json: boolean }): void {
  const routeName = parseRouteName(name)
  const { state, context } = openStores(app)
  using _state = state
  context.routes.removeStatic(routeName)
  app.output.answer(flags.json ? JSON.stringify({ removed: name }) : name)
}

/** Every route, of runs too. */
export function listRoutes(app: AppContext, flags: { json: boolean }): void {
  const stores = openStoresForReading(app)
  const port = stores && readDaemonRow(stores.state)?.proxyPort
  const routes = (stores?.context.routes.list() ?? []).map(
    ({ service, agent, upstream, owner }) => {
      const host = formatServiceHost(service, agent)
      return {
        name: `${service}.${agent}`,
        ...(port === undefined ? {} : { url: httpUrl(host, port) }),
        upstream: formatUpstream(upstream),
        owner: owner.kind === 'static' ? 'static' : owner.runId,
      }
    },
  )
  stores?.state.close()
  if (flags.json) return app.output.answer(JSON.stringify({ routes }, undefined, 2))
  const rows = routes.map((route) => [route.name, route.url ?? '-', route.upstream, route.owner])
  for (const line of formatTable(['NAME', 'URL', 'UPSTREAM', 'OWNER'], rows))
    app.output.answer(line)
}

function parseRouteName(text: string): { service: string; agent: string } {
  const [service, agent, ...more] = text.split('.')
  if (service === undefined || agent === undefined || more.length > 0)
    throw usageError(`the route ${quoted(text)} is no service.agent`, 'write it like web.myapp')
  return {
    service: valueOf(parseDnsLabel(service, 'the service')),
    agent: valueOf(parseDnsLabel(agent, 'the agent')),
  }
}

/** `3000`, `127.0.0.1:3000`, `[::1]:3000`, `localhost:3000`. */
function parseUpstream(text: string): Upstream {
  const match = /^(?:(?<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):)?(?<port>\d+)$/.exec(text)
  const { host, port } = match?.groups ?? {}
  if (port === undefined)
    throw usageError(
      `the upstream ${quoted(text)} is no port and no host:port`,
      'write it like 3000 or 127.0.0.1:3000',
    )
  return {
    kind: 'address',
    host: (host ?? '127.0.0.1').replaceAll(/[[\]]/g, ''),
    port: valueOf(parsePort(port)),
  }
}

function formatUpstream(upstream: Upstream): string {
  if (upstream.kind === 'relay') return `${upstream.socketPath} port ${upstream.port}`
  const { host, port } = upstream
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
