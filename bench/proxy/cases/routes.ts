import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Unit } from '../../markdown-table.ts'
import { pairedEstimate } from '../../statistics.ts'
import { measureTurns } from '../../turns.ts'
import { type Bed, type CaseRows, microseconds } from '../bed.ts'
import type { Contender } from '../contender.ts'
import { type Ownership, startOurs } from '../peers/ours.ts'
import { loadFully } from '../wrk.ts'

const manyRoutes = 10_000
const connections = 64
const unit: Unit = microseconds

/** What the access log of a run costs, beside a route of the user's. */
export function measureRunRoute(bed: Bed): Promise<CaseRows> {
  return compareTwo(bed, {
    name: 'processor time per request, 64 connections',
    ours: { shown: 'route of a run, with its access log', owner: 'run' },
    theirs: { shown: 'static route', owner: 'static' },
  })
}

/** What a look-up costs among many routes; the host changes with each request, so that each is looked up. */
export async function measureManyRoutes(bed: Bed): Promise<CaseRows> {
  const script = join(bed.place.folder, 'two-hosts.lua')
  await writeFile(script, twoHosts)
  return compareTwo(bed, {
    name: 'processor time per request, each for another host',
    ours: { shown: '10,000 routes', owner: 'static', more: manyRoutes },
    theirs: { shown: '4 routes', owner: 'static', more: 2 },
    script,
  })
}

/* wrk adds a Host of its own unless the table of fields has one. */
const twoHosts = `local number = 0
request = function()
  number = number + 1
  wrk.headers["Host"] = "extra-" .. (number % 2 + 1) .. ".bench-more.localhost"
  return wrk.format()
end
`

type Side = { shown: string; owner: Ownership; more?: number }

async function compareTwo(
  bed: Bed,
  options: { name: string; ours: Side; theirs: Side; script?: string },
): Promise<CaseRows> {
  const { ours, theirs, name, script } = options
  await using servers = new AsyncDisposableStack()
  const start = async (side: Side): Promise<() => Promise<number>> => {
    const folder = join(bed.place.folder, side.shown.replaceAll(/\W+/g, '-'))
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const contender = await startOurs(bed.agent, { ...bed.place, folder }, side)
    servers.use(contender.server)
    return () => cpuUs(bed, contender, script)
  }
  const [measureOurs, measureTheirs] = [await start(ours), await start(theirs)]
  const pairs = await measureTurns(measureOurs, measureTheirs, { pairs: bed.turns, warmUps: 1 })
  const estimate = pairedEstimate(pairs)
  const row = { kind: 'measured', name, unit, estimate, pairs: pairs.length } as const
  return { own: [{ ...row, ours: ours.shown, theirs: theirs.shown }] }
}

async function cpuUs(bed: Bed, contender: Contender, script: string | undefined): Promise<number> {
  const load = await loadFully(bed.wrk, contender, {
    connections,
    processor: bed.loadProcessor,
    ...(script === undefined ? {} : { script }),
  })
  if (load.errors > 0) throw new Error(`${load.errors} errors`)
  return load.cpuUsPerRequest
}
