import { readDaemonRow } from '../daemon/daemon-row.ts'
import { UserError } from '../lib/errors.ts'
import { nearestName } from '../lib/nearest-name.ts'
import { quoted } from '../lib/quoted.ts'
import { formatServiceHost } from '../routes/host-name.ts'
import { resolveLiveRun } from '../run/resolve-run.ts'
import { isLive } from '../run/run-state.ts'
import { httpUrl } from '../run/service-env.ts'
import type { AppContext } from './app-context.ts'
import { openStoresForReading } from './stores.ts'
import { wakeDaemon } from './wake-daemon.ts'

/** The URL of a run's service, with the port the proxy listens on. */
export function serviceUrl(
  app: AppContext,
  name: string,
  service: string | undefined,
): { service: string; url: string } {
  const stores = openStoresForReading(app)
  if (stores === undefined)
    throw new UserError(`there is no run ${quoted(name)}`, { fix: 'agent run' })
  using _state = stores.state
  const { context, state } = stores
  const run = resolveLiveRun(context.runs.list({ live: false }), name, app.clock.now())
  const routes = context.routes
    .list()
    .filter(({ owner }) => owner.kind === 'run' && owner.runId === run.id)
  const [first] = routes
  if (first === undefined)
    throw new UserError(
      `"${run.name}" ${isLive(run.state) ? 'has no services' : 'is not running'}`,
      {
        fix: isLive(run.state) ? 'add ports: to agent.yaml' : 'agent run',
      },
    )
  const route = service === undefined ? first : routes.find((one) => one.service === service)
  if (route === undefined) throw unknownService(run.name, service ?? '', routes)
  const port = readDaemonRow(state)?.proxyPort
  if (port === undefined)
    throw new UserError('the proxy does not listen', { fix: 'agent proxy start' })
  wakeDaemon(app, stores)
  return {
    service: route.service,
    url: httpUrl(formatServiceHost(route.service, route.agent), port),
  }
}

function unknownService(
  run: string,
  service: string,
  routes: readonly { service: string }[],
): UserError {
  const names = routes.map((route) => route.service)
  const near = nearestName(service, names)
  return new UserError(`"${run}" has no service ${quoted(service)}; it has ${names.join(', ')}`, {
    fix: `agent url ${run} ${near ?? names[0] ?? ''}`,
  })
}
