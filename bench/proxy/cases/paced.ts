import { type Bed, type CaseRows, millisecondsFine } from '../bed.ts'
import { loadAtRate, quantile } from '../paced-load.ts'
import { measureByTurns, numbersOf, type Samples } from '../samples.ts'

const perSecond = 2000
const seconds = 1
/** As long as a program that compiles itself as it goes still does so at this rate. */
const firstTurns = 10

/** Latency at a rate that all can serve: of the first seconds, and of those after them. */
export async function measurePaced({ fleet, turns, isQuick }: Bed): Promise<CaseRows> {
  const measure = (count: number): Promise<Samples<number[]>> =>
    measureByTurns(fleet.contenders, count, (contender) =>
      loadAtRate(contender, { perSecond, seconds }),
    )
  const first = await measure(isQuick ? 1 : firstTurns)
  const later = await measure(turns)
  return {
    peers: [
      rowOf('median', later, 0.5, ''),
      rowOf('p99', later, 0.99, '≤ 1'),
      rowOf(`p99 of the first ${firstTurns} seconds`, first, 0.99, ''),
    ],
  }
}

function rowOf(name: string, samples: Samples<number[]>, share: number, target: string) {
  return {
    kind: 'measured',
    name: `${name} at ${perSecond} requests per second`,
    target,
    unit: millisecondsFine,
    better: 'less',
    samples: numbersOf(samples, (values) => quantile(values, share)),
  } as const
}
