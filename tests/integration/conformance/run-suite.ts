import type { Seen } from './bed/seen.ts'
import { type Lane, runCase } from './bed/run-case.ts'
import type { ConformanceCase } from './conformance-case.ts'

/** What one proxy does in one case; `problem` undefined = what the rule says. */
export type Verdict = {
  readonly id: string
  readonly problem: string | undefined
  readonly seen: Seen
}

/** So many cases are played at the same time: most of them wait. */
const concurrency = 24

/** Plays every case, each on a lane of its own. The verdicts come in the order of the cases. */
export async function runSuite(
  cases: readonly ConformanceCase[],
  openLane: (index: number) => Promise<Lane & AsyncDisposable>,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  const waiting = cases.entries()
  const work = async (): Promise<void> => {
    for (const [index, each] of waiting) {
      await using lane = await openLane(index)
      const seen = await runCase(each, lane)
      verdicts[index] = { id: each.id, problem: each.expect(seen), seen }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return verdicts
}
