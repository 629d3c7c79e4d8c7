import { formatAge } from '../lib/age.ts'
import { untilAborted } from '../lib/until-aborted.ts'
import type { Route } from '../routes/route.ts'
import { formatServiceHost } from '../routes/host-name.ts'
import { healthOf } from '../run/run-health.ts'
import type { RunContext } from '../run/run-context.ts'
import type { RunRecord } from '../run/run-record.ts'
import { isLive } from '../run/run-state.ts'
import { httpUrl } from '../run/service-env.ts'
import { containerId, type ContainerId, type ContainerState } from '../runtime/container-state.ts'

/** How long all runtimes together may take to say what is true. */
const LIST_LIMIT_MS = 1500

/** A run as `agent list` shows it. */
export type ListedRun = {
  name: string
  id: string
  /** The row's state, or `orphaned`, `lost` or `unknown` where the truth is another or cannot be had in time. */
  state: string
  runtime: string
  /** `gvisor`, or `none` where the run shares the kernel of its engine. */
  sandbox: 'gvisor' | 'none'
  ageMs: number
  exitCode?: number
  error?: string
  workspace: string
  image: string
  attached: boolean
  /** What agent.yaml says under `agent` and `version`. */
  agent?: string
  version?: string
  /** Without `url` while the proxy does not listen. */
  services: { name: string; url?: string }[]
}

/** Reads rows, then asks each runtime once what is true of its live runs. Never waits longer than its limit, never writes. */
export async function listRuns(
  context: RunContext,
  options: { all: boolean; proxyPort: number | undefined },
): Promise<ListedRun[]> {
  const records = context.runs.list({ live: !options.all })
  // At the same moment, before anything is waited for.
  const routes = context.routes.list()
  const truth = await liveContainers(context, records)
  return records.map((run) => listed(run, { context, routes, truth, proxyPort: options.proxyPort }))
}

type Known = {
  context: RunContext
  routes: readonly Route[]
  truth: Truth
  proxyPort: number | undefined
}

function listed(run: RunRecord, { context, routes, truth, proxyPort }: Known): ListedRun {
  const state = confirmedState(run, context, truth)
  // The routes are older than a state that was read again.
  const isOver = state === 'stopped' || state === 'failed'
  return {
    name: run.name,
    id: run.id,
    state,
    runtime: run.runtime,
    sandbox: isInGvisor(run.plan) ? 'gvisor' : 'none',
    ageMs: context.clock.now() - run.createdAtMs,
    workspace: run.workspace,
    image: run.image,
    attached: run.attached,
    ...freeTexts(run.plan),
    ...(run.exitCode === undefined ? {} : { exitCode: run.exitCode }),
    ...(run.error === undefined ? {} : { error: run.error }),
    services: isOver ? [] : servicesOf(run, routes, proxyPort),
  }
}

/** Containers by id of each runtime that answered; `undefined` for one that did not. */
type Truth = ReadonlyMap<string, ReadonlyMap<string, ContainerState> | undefined>

/** The runs of one engine, and the containers they should have there. */
type Group = Pick<RunRecord, 'runtime' | 'endpoint'> & { containers: ContainerId[] }

async function liveContainers(context: RunContext, records: readonly RunRecord[]): Promise<Truth> {
  const groups = new Map<string, Group>()
  for (const run of records) {
    if (!isLive(run.state) || run.containerId === undefined) continue
    const key = endpointKey(run)
    const group = groups.get(key) ?? { ...run, containers: [] }
    group.containers.push(containerId(run.containerId))
    groups.set(key, group)
  }
  const found = await Promise.all(
    [...groups].map(async ([key, group]) => [key, await containersOf(context, group)] as const),
  )
  return new Map(found)
}

/** Looks at each by its id: asking for the runtime's list first would be one more wait, and say no more. */
async function containersOf(
  context: RunContext,
  { runtime, endpoint, containers }: Group,
): Promise<ReadonlyMap<string, ContainerState> | undefined> {
  try {
    const signal = AbortSignal.timeout(LIST_LIMIT_MS)
    const looking = async (): Promise<readonly (ContainerState | undefined)[]> => {
      const connection = await context.connect(runtime, endpoint)
      return Promise.all(containers.map((id) => connection.inspect(id, signal)))
    }
    const found = await untilAborted(looking(), signal)
    return new Map(found.flatMap((container) => (container ? [[container.id, container]] : [])))
  } catch {
    return undefined
  }
}

/** Rows are older than what was asked since: a run that ended in good order meanwhile is neither orphaned nor lost. */
function confirmedState(run: RunRecord, context: RunContext, truth: Truth): string {
  const state = shownState(run, context, truth)
  if (state !== 'orphaned' && state !== 'lost') return state
  const now = context.runs.find(run.id)
  if (now === undefined) return 'stopped'
  return now.state === run.state ? shownState(now, context, truth) : now.state
}

function shownState(run: RunRecord, context: RunContext, truth: Truth): string {
  if (!isLive(run.state)) return run.state
  if (healthOf(run, context) === 'orphaned') return 'orphaned'
  if (run.containerId === undefined) return run.state
  const containers = truth.get(endpointKey(run))
  if (containers === undefined) return 'unknown'
  const container = containers.get(run.containerId)
  if (container === undefined) return run.state === 'running' ? 'lost' : run.state
  return run.state === 'running' && container.phase === 'exited' ? 'stopping' : run.state
}

function endpointKey({ runtime, endpoint }: RunRecord): string {
  return `${runtime} ${endpoint}`
}

/** Read from a plan by hand: a schema library would cost every list more than the rest of it. */
function freeTexts(plan: unknown): Pick<ListedRun, 'agent' | 'version'> {
  if (typeof plan !== 'object' || plan === null) return {}
  return {
    ...('agent' in plan && typeof plan.agent === 'string' ? { agent: plan.agent } : {}),
    ...('version' in plan && typeof plan.version === 'string' ? { version: plan.version } : {}),
  }
}

/** As for the free texts. */
function isInGvisor(plan: unknown): boolean {
  if (typeof plan !== 'object' || plan === null || !('sandbox' in plan)) return false
  const { sandbox } = plan
  return typeof sandbox === 'object' && sandbox !== null && 'ociRuntime' in sandbox
}

function servicesOf(
  run: RunRecord,
  routes: readonly Route[],
  port: number | undefined,
): ListedRun['services'] {
  return routes
    .filter(({ owner }) => owner.kind === 'run' && owner.runId === run.id)
    .map(({ service, agent }) => {
      const host = formatServiceHost(service, agent)
      return { name: service, ...(port === undefined ? {} : { url: httpUrl(host, port) }) }
    })
}

/** `running`, or with the exit code of an ended run: `failed (3)`. */
function stateText({ state, exitCode }: ListedRun): string {
  return exitCode === undefined || exitCode === 0 ? state : `${state} (${exitCode})`
}

/** The columns of the table. */
export function listRow(run: ListedRun): string[] {
  return [
    run.name,
    run.id,
    stateText(run),
    run.sandbox === 'none' ? run.runtime : `${run.runtime}/${run.sandbox}`,
    formatAge(run.ageMs),
    run.services.map(({ name, url }) => url ?? name).join(' ') || '-',
  ]
}
