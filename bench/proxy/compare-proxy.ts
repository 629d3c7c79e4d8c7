import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchOptions } from '../bench-options.ts'
import { type ComparisonRow, comparisonTable } from '../markdown-table.ts'
import { proxyCases } from './cases/all-cases.ts'
import type { Bed } from './bed.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { type PeersRow, peersTable } from './peers-table.ts'
import { Tools } from './tools.ts'
import { loadFully } from './wrk.ts'
import { startUpstreams } from './upstreams.ts'
import { run } from '../../tests/engine/run-command.ts'

/** The proxies have one processor for themselves; load, services and this process share the other. */
const processors = { ofProxies: 0, ofLoad: 1 }

/** Measures the routing proxy beside others and gives Markdown. Linux with two processors or more. */
export async function compareProxy(options: BenchOptions): Promise<string> {
  if (cpus().length < 2) throw new Error('one processor: proxy and load need one each')
  await run(['taskset', '-acp', String(processors.ofLoad), String(process.pid)])
  const tools = new Tools((line) => console.error(line))
  await using resources = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'agent-bench-proxy-'))
  resources.defer(() => rm(folder, { recursive: true, force: true }))
  const upstreams = resources.use(
    await startUpstreams(tools, {
      folder: join(folder, 'upstreams'),
      processor: processors.ofLoad,
    }),
  )
  const place = { folder, processor: processors.ofProxies, upstreams: upstreams.ports }
  const start = (name: string): Promise<Fleet> =>
    startFleet(tools, { ...place, ...options, folder: join(folder, name) })
  const fleet = resources.use(await start('main'))
  const bed: Bed = {
    agent: options.agent,
    wrk: await tools.program('wrk'),
    fleet,
    startFleet: start,
    place,
    loadProcessor: processors.ofLoad,
    turns: options.pairs,
    isQuick: options.isQuick,
  }
  await warmUp(bed)
  return await measureAll(options, bed)
}

/** What a program does in its first second, such as compiling itself, is not what is compared. */
async function warmUp({ fleet, wrk, loadProcessor }: Bed): Promise<void> {
  for (const contender of fleet.contenders)
    await loadFully(wrk, contender, { connections: 64, processor: loadProcessor })
}

async function measureAll({ only }: BenchOptions, bed: Bed): Promise<string> {
  const load = (loadavg()[0] ?? 0).toFixed(1)
  const peers: PeersRow[] = []
  const own: ComparisonRow[] = []
  for (const measured of proxyCases) {
    if (only.length > 0 && !only.includes(measured.name)) continue
    const rows = await measured.measure(bed)
    peers.push(...(rows.peers ?? []))
    own.push(...(rows.own ?? []))
  }
  const { contenders, missing } = bed.fleet
  const names = contenders.map(({ name }) => name)
  const parts = [
    `${contenders.map(({ name, version }) => `${name} ${version}`).join(', ')}; turns: ${bed.turns}, load of the machine before: ${load}`,
    ...Array.from(missing, ([name, reason]) => `Not measured: ${name} (${reason})`),
    ...(peers.length > 0 ? [peersTable(peers, names)] : []),
    ...(own.length > 0 ? [comparisonTable(own)] : []),
  ]
  return parts.join('\n\n')
}
