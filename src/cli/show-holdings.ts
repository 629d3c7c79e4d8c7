import { formatAge } from '../lib/age.ts'
import { printable } from '../lib/printable.ts'
import { type Holdings, type KnownRows, readHoldings } from '../run/holdings.ts'
import type { AppContext } from './app-context.ts'
import { formatSize } from './format-size.ts'
import { foundAmong, runtimesHere } from './runtimes-here.ts'
import { openStoresForReading } from './stores.ts'
import { formatTable } from './table.ts'
import { totalSize } from './total-size.ts'

const DETECT_LIMIT_MS = 5000
/** Engines walk through all files to say how much there is. */
const HOLDINGS_LIMIT_MS = 20_000

/** What `agent system` shows of what the runtimes hold. */
export type HoldingsView = 'images' | 'containers' | 'df'

/** What of ours, and of other state folders, the runtimes here hold. Reads and asks, never writes. */
export async function showHoldings(
  app: AppContext,
  view: HoldingsView,
  flags: { json: boolean },
): Promise<void> {
  const { holdings, unreached } = await readAll(app)
  const unknown = [...unreached, ...holdings.flatMap((one) => one.unknown)]
  if (flags.json) {
    app.output.answer(JSON.stringify(answers[view](holdings, unknown), undefined, 2))
    return
  }
  for (const line of tables[view](holdings)) app.output.answer(line)
  for (const line of unknown) app.output.note(printable(`unknown: ${line}`))
}

async function readAll(
  app: AppContext,
): Promise<{ holdings: readonly Holdings[]; unreached: readonly string[] }> {
  const stores = openStoresForReading(app)
  using _state = stores?.state
  const runs = stores?.context.runs.list({ live: false }) ?? []
  const rows: KnownRows = { runs, homeId: stores?.context.homeId, nowMs: app.clock.now() }
  const signal = AbortSignal.timeout(DETECT_LIMIT_MS)
  const found = foundAmong(await app.runtimes.survey(signal))
  const connect: AppContext['runtimes']['connect'] = (kind, endpoint) =>
    app.runtimes.connect(kind, endpoint)
  const { runtimes, failures } = await runtimesHere(found, runs, { connect, signal })
  const limit = AbortSignal.timeout(HOLDINGS_LIMIT_MS)
  return {
    holdings: await Promise.all(runtimes.map((runtime) => readHoldings(runtime, rows, limit))),
    unreached: failures.map(({ endpoint, reason }) => `what is at ${endpoint}: ${reason}`),
  }
}

const tables: Record<HoldingsView, (holdings: readonly Holdings[]) => string[]> = {
  containers: containerTable,
  images: imageTable,
  df: diskTable,
}

const answers: Record<
  HoldingsView,
  (holdings: readonly Holdings[], unknown: readonly string[]) => object
> = {
  containers: (holdings, unknown) => ({ containers: listed(holdings, 'containers'), unknown }),
  images: (holdings, unknown) => ({ images: listed(holdings, 'images'), unknown }),
  df: (holdings, unknown) => ({
    containers: listed(holdings, 'containers'),
    images: listed(holdings, 'images'),
    volumes: listed(holdings, 'volumes'),
    networks: listed(holdings, 'networks'),
    unknown,
  }),
}

type Kind = 'containers' | 'images' | 'volumes' | 'networks'

function listed(holdings: readonly Holdings[], kind: Kind): object[] {
  return holdings.flatMap((one) =>
    one[kind].map((thing) => ({ ...thing, runtime: one.runtime, endpoint: one.endpoint })),
  )
}

function containerTable(holdings: readonly Holdings[]): string[] {
  const rows = holdings.flatMap(({ runtime, containers }) =>
    containers.map(({ name, run, runId, role, state, sizeBytes, ageMs, home }) => [
      name,
      run ?? runId ?? '-',
      role || '-',
      state,
      sizeText(sizeBytes),
      ageMs === undefined ? '-' : formatAge(ageMs),
      runtime,
      home,
    ]),
  )
  return formatTable(['NAME', 'RUN', 'ROLE', 'STATE', 'SIZE', 'AGE', 'RUNTIME', 'HOME'], rows)
}

function imageTable(holdings: readonly Holdings[]): string[] {
  const rows = holdings.flatMap(({ runtime, images }) =>
    images.map(({ name, sizeBytes, ageMs, containers, home }) => [
      name,
      sizeText(sizeBytes),
      formatAge(ageMs),
      String(containers),
      runtime,
      home,
    ]),
  )
  return formatTable(['IMAGE', 'SIZE', 'AGE', 'CONTAINERS', 'RUNTIME', 'HOME'], rows)
}

function diskTable(holdings: readonly Holdings[]): string[] {
  const kinds = ['containers', 'images', 'volumes', 'networks'] as const
  const rows = kinds.map((kind) => {
    const all: readonly { home: string; sizeBytes?: number }[] = holdings.flatMap(
      (one) => one[kind],
    )
    const [own, foreign] = ['own', 'foreign'].map((home) => all.filter((one) => one.home === home))
    const cells = [own, foreign].flatMap((some = []) => [
      String(some.length),
      kind === 'networks' ? '-' : totalSize(some),
    ])
    return [kind, ...cells]
  })
  return formatTable(['KIND', 'OWN', 'SIZE', 'FOREIGN', 'SIZE'], rows)
}

function sizeText(sizeBytes: number | undefined): string {
  return sizeBytes === undefined ? 'unknown' : formatSize(sizeBytes)
}
