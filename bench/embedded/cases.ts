import type { Unit } from '../markdown-table.ts'
import type { Pair } from '../statistics.ts'
import { type Measure, measureTurns } from '../turns.ts'
import { type Bed, startServices } from './bed.ts'
import { exchange, type Place, untilItAnswers } from './exchange.ts'
import { measureIdleMemory } from './idle-memory.ts'

/** What one row of the table is made of. */
export type Result = {
  name: string
  ours: string
  theirs: string
  unit?: Unit
  pairs: readonly Pair[]
}

export type EmbeddedCase = {
  name: string
  /** Of what takes long; absent: as many as were asked for. */
  mostPairs?: number
  measure: (bed: Bed, pairs: number) => Promise<Result[]>
}

const warmUps = 3
const microseconds: Unit = { name: 'µs', digits: 0 }
const rate: Unit = { name: 'MB/s', digits: 0 }
const embeddedTrue = ['run', '--runtime', 'embedded', '--', 'true']

/** What the embedded runtime is measured by. */
export const embeddedCases: readonly EmbeddedCase[] = [
  { name: 'start', measure: measureStart },
  { name: 'service', measure: measureService },
  { name: 'memory', mostPairs: 10, measure: measureIdleMemory },
  { name: 'stop', mostPairs: 30, measure: measureStop },
]

async function measureStart(bed: Bed, pairs: number): Promise<Result[]> {
  const embedded = timesOf(() => bed.agent(...embeddedTrue))
  const docker = timesOf(() => bed.docker('run', '--rm', bed.image, 'true'))
  const agentDocker = ['run', '--runtime', 'docker', '--sandbox', 'none', '--', 'true']
  const onDocker = timesOf(() => bed.agent(...agentDocker))
  const ours = `agent ${embeddedTrue.join(' ')}`
  return [
    {
      name: 'start to exit',
      ours,
      theirs: `docker run --rm ${bed.image} true`,
      pairs: await measureTurns(embedded, docker, { pairs, warmUps }),
    },
    {
      name: 'start to exit',
      ours,
      theirs: `agent ${agentDocker.join(' ')}`,
      pairs: await measureTurns(embedded, onDocker, { pairs, warmUps }),
    },
  ]
}

async function measureService(bed: Bed, pairs: number): Promise<Result[]> {
  const { ours, theirs } = await startServices(bed)
  await untilItAnswers(ours)
  await untilItAnswers(theirs)
  const names = { ours: 'proxy and relay', theirs: 'published port' }
  const many = { pairs: pairs * 10, warmUps: 50 }
  return [
    {
      ...names,
      name: 'new connection, one request',
      unit: microseconds,
      pairs: await measureTurns(connection(ours), connection(theirs), many),
    },
    {
      ...names,
      name: '64 MB',
      unit: rate,
      pairs: await measureTurns(throughput(ours), throughput(theirs), { pairs, warmUps }),
    },
  ]
}

function timesOf(work: () => Promise<unknown>): Measure {
  return () => timeMs(work)
}

function connection(place: Place): Measure {
  return async () => (await exchange(place, '/')).ms * 1000
}

function throughput(place: Place): Measure {
  return async () => {
    const { ms, bytes } = await exchange(place, '/64')
    return bytes / 1e6 / (ms / 1000)
  }
}

async function measureStop(bed: Bed, pairs: number): Promise<Result[]> {
  const command = ['sleep', '1000']
  const ours = async () => {
    const flags = ['--detach', '--name', 'stopped', '--runtime', 'embedded']
    await bed.agent('run', ...flags, '--', ...command)
    return timeMs(() => bed.agent('stop', 'stopped'))
  }
  const theirs = async () => {
    // Without --init nothing would end at SIGTERM.
    const id = await bed.docker('run', '--detach', '--rm', '--init', bed.image, ...command)
    return timeMs(() => bed.docker('stop', id))
  }
  return [
    {
      name: 'stop',
      ours: 'agent stop',
      theirs: 'docker stop',
      pairs: await measureTurns(ours, theirs, { pairs, warmUps }),
    },
  ]
}

async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const started = Bun.nanoseconds()
  await work()
  return (Bun.nanoseconds() - started) / 1e6
}
