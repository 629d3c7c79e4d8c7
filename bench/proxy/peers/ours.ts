import { systemClock } from '../../../src/platform/clock.ts'
import { systemProcessTable } from '../../../src/platform/process-identity.ts'
import { RouteStore } from '../../../src/routes/route-store.ts'
import { newRunId } from '../../../src/run/run-id.ts'
import { RunStore } from '../../../src/run/run-store.ts'
import { openState } from '../../../src/state/open-state.ts'
import { idlePlan } from '../../cli/fill-runs.ts'
import { benchHost, type Contender, type Place, type Service } from '../contender.ts'
import { freePort, ServerProcess } from '../server-process.ts'
import { versionOf } from '../tools.ts'

/** Of whom the routes are: the user, or a run, whose requests go into an access log. */
export type Ownership = 'static' | 'run'

const services: readonly Service[] = ['web', 'live']
const noEngine = 'unix:///nonexistent/docker.sock'

/**
 * The background process of `agent`, with the routes of the benchmark written by the code that writes real ones.
 * @param more static routes besides, as `extra-N.bench-more`
 */
export async function startOurs(
  agent: string,
  place: Place,
  { owner, more = 0 }: { owner: Ownership; more?: number },
): Promise<Contender> {
  const port = freePort()
  const { folder, processor, upstreams } = place
  fillRoutes(folder, { upstreams, owner, more })
  const server = await ServerProcess.start({
    command: [agent, 'proxy', 'start', '--foreground', '--port', String(port)],
    env: { AGENTOPS_HOME: folder, DOCKER_HOST: noEngine },
    port,
    processor,
    cwd: folder,
  })
  const version = await versionOf({ command: [agent], env: {} }, '--version')
  return { name: 'ours', version, server, host: benchHost }
}

function fillRoutes(
  stateDir: string,
  options: { upstreams: Place['upstreams']; owner: Ownership; more: number },
): void {
  const { upstreams, owner, more } = options
  using state = openState(stateDir, { uid: process.getuid?.() ?? 0 })
  const routes = new RouteStore(state)
  state.transaction(() => {
    if (owner === 'run') publishAsRun(stateDir, routes, new RunStore(state, systemClock), upstreams)
    else
      for (const service of services)
        routes.addStatic({ service, agent: 'bench' }, addressOf(upstreams[service]))
    for (let number = 1; number <= more; number += 1)
      routes.addStatic(
        { service: `extra-${number}`, agent: 'bench-more' },
        addressOf(upstreams.web),
      )
  })
}

/** A run that is no container: its engine does not answer, so nothing is known against it. */
function publishAsRun(
  workspace: string,
  routes: RouteStore,
  runs: RunStore,
  upstreams: Place['upstreams'],
): void {
  const id = newRunId()
  const plan = idlePlan('bench', workspace)
  runs.claim({
    id,
    name: plan.name,
    state: 'created',
    runtime: plan.runtime,
    endpoint: noEngine,
    image: plan.image,
    workspace,
    attached: false,
    keep: false,
    createdAtMs: systemClock.now(),
    owner: systemProcessTable().self,
    plan,
  })
  routes.publish(
    id,
    services.map((service, position) => ({
      agent: plan.name,
      service,
      upstream: addressOf(upstreams[service]),
      owner: { kind: 'run', runId: id },
      position,
    })),
  )
}

function addressOf(port: number) {
  return { kind: 'address', host: '127.0.0.1', port } as const
}
