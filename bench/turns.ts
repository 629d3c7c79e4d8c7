import type { Pair } from './statistics.ts'

/** Measures something once, and gives the number that counts. */
export type Measure = () => Promise<number>

/** Measures two by turns, ours then theirs. The first `warmUps` pairs do not count. */
export async function measureTurns(
  ours: Measure,
  theirs: Measure,
  options: { pairs: number; warmUps: number },
): Promise<Pair[]> {
  const measured: Pair[] = []
  for (let index = -options.warmUps; index < options.pairs; index += 1) {
    const pair = [await ours(), await theirs()] as const
    if (index >= 0) measured.push(pair)
  }
  return measured
}
