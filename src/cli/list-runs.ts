import { formatAge } from '../lib/age.ts'
import type { Route } from '../routes/route.ts'
import { formatServiceHost } from '../routes/host-name.ts'
import { healthOf } from '../run/run-health.ts'
import type { RunContext } from '../run/run-context.ts'
import { selectHome } from '../run/run-labels.ts'
import type { RunRecord } from '../run/run-record.ts'
import { isLive } from '../run/run-state.ts'
import { httpUrl } from '../run/service-env.ts'
import type { ContainerState } from '../runtime/container-state.ts'

/** How long all runtimes together may take to say what is true. */
const LIST_LIMIT_MS = 1500

/** A run as `agent list` shows it. */
export type ListedRun = {
  name: string
  id: string
  /** The row's state, or `orphaned`, `lost` or `unknown` where the truth is another or cannot be had in time. */
  state: string
  runtime: string
  ageMs: number
  exitCode?: number
  error?: string
  workspace: string
  image: string
  attached: boolean
  services: { name: string; url: string }[]
}

/** Reads rows, then asks each runtime once what is true of its live runs. Never waits longer than its limit, never writes. */
export async function listRuns(
  context: RunContext,
  options: { all: boolean; proxyPort: number | undefined },
): Promise<ListedRun[]> {
  const records = context.runs.list({ live: !options.all })
  const truth = await liveContainers(context, records)
  const routes = context.routes.list()
  return records.map((run) => ({
    name: run.name,
    id: run.id,
    state: shownState(run, context, truth),
    runtime: run.runtime,
    ageMs: context.clock.now() - run.createdAtMs,
    workspace: run.workspace,
    image: run.image,
    attached: run.attached,
    ...(run.exitCode === undefined ? {} : { exitCode: run.exitCode }),
    ...(run.error === undefined ? {} : { error: run.error }),
    services: servicesOf(run, routes, options.proxyPort),
  }))
}

/** Containers by id of each runtime that answered; `undefined` for one that did not. */
type Truth = ReadonlyMap<string, ReadonlyMap<string, ContainerState> | undefined>

async function liveContainers(context: RunContext, records: readonly RunRecord[]): Promise<Truth> {
  const endpoints = new Map(
    records
      .filter((run) => isLive(run.state) && run.containerId !== undefined)
      .map((run) => [endpointKey(run), run]),
  )
  const found = await Promise.all(
    [...endpoints].map(async ([key, run]) => [key, await containersOn(context, run)] as const),
  )
  return new Map(found)
}

async function containersOn(
  context: RunContext,
  { runtime, endpoint }: RunRecord,
): Promise<ReadonlyMap<string, ContainerState> | undefined> {
  try {
    const signal = AbortSignal.timeout(LIST_LIMIT_MS)
    const connection = await context.connect(runtime, endpoint)
    const containers = await connection.list(selectHome(context.homeId), signal)
    return new Map(containers.map((container) => [container.id, container]))
  } catch {
    return undefined
  }
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

function servicesOf(
  run: RunRecord,
  routes: readonly Route[],
  port: number | undefined,
): ListedRun['services'] {
  return routes
    .filter(({ owner }) => owner.kind === 'run' && owner.runId === run.id)
    .map(({ service, agent }) => {
      const host = formatServiceHost(service, agent)
      return { name: service, url: port === undefined ? `http://${host}` : httpUrl(host, port) }
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
    run.runtime,
    formatAge(run.ageMs),
    run.services.map(({ url }) => url).join(' ') || '-',
  ]
}
