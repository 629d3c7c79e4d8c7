import { type Bed, type CaseRows, millisecondsFine } from '../bed.ts'
import { loadAtRate, quantile } from '../paced-load.ts'
import { measureByTurns, numbersOf } from '../samples.ts'

const perSecond = 2000
const seconds = 1

/** Latency at a rate that all can serve. */
export async function measurePaced({ fleet, turns }: Bed): Promise<CaseRows> {
  const latencies = await measureByTurns(fleet.contenders, turns, (contender) =>
    loadAtRate(contender, { perSecond, seconds }),
  )
  const rowOf = (name: string, share: number, target: string) =>
    ({
      kind: 'measured',
      name: `${name} at ${perSecond} requests per second`,
      target,
      unit: millisecondsFine,
      better: 'less',
      samples: numbersOf(latencies, (values) => quantile(values, share)),
    }) as const
  return { peers: [rowOf('median', 0.5, ''), rowOf('p99', 0.99, '≤ 1')] }
}
