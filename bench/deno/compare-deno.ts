import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../tests/engine/run-command.ts'
import type { BenchOptions } from '../bench-options.ts'
import type { Unit } from '../markdown-table.ts'
import type { Contender, Place } from '../proxy/contender.ts'
import { Tools } from '../proxy/tools.ts'
import { startUpstreams } from '../proxy/upstreams.ts'
import { type Load, loadFully } from '../proxy/wrk.ts'
import { wallTimeMs } from '../whole-process.ts'
import { idleMemory, startProxy } from './proxy-of-way.ts'
import { measureWays } from './measure-ways.ts'
import { makeWays, type Way, type Ways } from './ways.ts'
import { type WaysRow, waysTable } from './ways-table.ts'

/** As in the benchmark of the proxy: the proxies have one processor, the load and this process the other. */
const processors = { ofProxies: 0, ofLoad: 1 }
const milliseconds: Unit = { name: 'ms', digits: 1 }
const mostMemoryTurns = 5

/** Measures `agent` compiled, and from source on Bun and on Deno, and gives Markdown. Linux with two processors or more. */
export async function compareDeno({ agent, pairs }: BenchOptions): Promise<string> {
  if (cpus().length < 2) throw new Error('one processor: proxy and load need one each')
  const load = (loadavg()[0] ?? 0).toFixed(1)
  await using ways = await makeWays(agent)
  const rows = [...(await measureCommands(ways, pairs)), ...(await measureProxies(ways, pairs))]
  const names = ways.others.map(({ name }) => name)
  return `Load of the machine before: ${load}\n\n${waysTable(names, rows)}`
}

async function measureCommands(ways: Ways, turns: number): Promise<WaysRow[]> {
  const words = [['--version'], ['list'], ['run', '--runtime', 'embedded', '--', 'true']]
  const rows: WaysRow[] = []
  for (const command of words)
    rows.push({
      name: `\`agent ${command.join(' ')}\``,
      unit: milliseconds,
      ...(await measureWays(ways, turns, async (way) => wallTimeMs(invocation(way, command)))),
    })
  for (const way of [ways.compiled, ...ways.others]) wallTimeMs(invocation(way, ['proxy', 'stop']))
  return rows
}

/** The background process stays from one turn to the next, so that no turn has to start it. */
function invocation({ agent, home }: Way, words: readonly string[]) {
  const { command, cwd, env } = home.invocation(home.runState, [agent, ...words])
  return { command, cwd, env: { ...env, AGENTOPS_DAEMON_IDLE: '10' } }
}

async function measureProxies(ways: Ways, turns: number): Promise<WaysRow[]> {
  await run(['taskset', '-acp', String(processors.ofLoad), String(process.pid)])
  const tools = new Tools((line) => console.error(line))
  await using resources = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'agent-bench-deno-'))
  resources.defer(() => rm(folder, { recursive: true, force: true }))
  const upstreams = resources.use(
    await startUpstreams(tools, {
      folder: join(folder, 'upstreams'),
      processor: processors.ofLoad,
    }),
  )
  const place: Place = { folder, processor: processors.ofProxies, upstreams: upstreams.ports }
  const memory = await measureWays(ways, Math.min(turns, mostMemoryTurns), (way, turn) =>
    idleMemory(way, place, turn),
  )
  const contenders = new Map<Way, Contender>()
  for (const way of [ways.compiled, ...ways.others]) {
    const contender = await startProxy(way, place, 'loaded')
    resources.use(contender.server)
    contenders.set(way, contender)
  }
  const wrk = await tools.program('wrk')
  const loadOf = async (way: Way, connections: number): Promise<Load> => {
    const contender = contenders.get(way)
    if (contender === undefined) throw new Error(`${way.name} has no proxy`)
    return await loadFully(wrk, contender, { connections, processor: processors.ofLoad })
  }
  return [
    ...(await measureLoads(ways, turns, loadOf)),
    {
      name: 'memory of the background process at rest',
      unit: { name: 'MB', digits: 1 },
      ...memory,
    },
  ]
}

async function measureLoads(
  ways: Ways,
  turns: number,
  loadOf: (way: Way, connections: number) => Promise<Load>,
): Promise<WaysRow[]> {
  const rows: WaysRow[] = []
  for (const connections of [1, 64]) {
    const noted = new Map<Way, number[]>()
    const perSecond = await measureWays(ways, turns, async (way, turn) => {
      const { requestsPerSecond, cpuUsPerRequest, errors } = await loadOf(way, connections)
      if (errors > 0) throw new Error(`${way.name}: ${errors} requests failed`)
      if (turn >= 0) noted.set(way, [...(noted.get(way) ?? []), cpuUsPerRequest])
      return requestsPerSecond
    })
    const times = (way: Way): number[] => noted.get(way) ?? []
    const of = `${connections} connection${connections === 1 ? '' : 's'}`
    rows.push(
      { name: `requests per second, ${of}`, unit: { name: '/s', digits: 0 }, ...perSecond },
      {
        name: `processor time per request, ${of}`,
        unit: { name: 'µs', digits: 1 },
        compiled: times(ways.compiled),
        others: ways.others.map(times),
      },
    )
  }
  return rows
}
