import type { Way, Ways } from './ways.ts'
import type { WaysRow } from './ways-table.ts'

/** Turns that do not count: what is compiled at the first start is then there. They have negative numbers. */
const warmUps = 2

/**
 * Measures all ways by turns, each turn starting with another one, so that what slows the machine for a while slows all.
 */
export async function measureWays(
  ways: Ways,
  turns: number,
  measure: (way: Way, turn: number) => Promise<number>,
): Promise<Pick<WaysRow, 'compiled' | 'others'>> {
  const all = [ways.compiled, ...ways.others]
  const values = all.map((): number[] => [])
  for (let turn = -warmUps; turn < turns; turn += 1) {
    for (const [position] of all.entries()) {
      const index = (turn + warmUps + position) % all.length
      const way = all[index]
      if (way === undefined) continue
      const value = await measure(way, turn)
      if (turn >= 0) values[index]?.push(value)
    }
  }
  const [compiled = [], ...others] = values
  return { compiled, others }
}
