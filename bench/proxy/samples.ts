import type { Contender } from './contender.ts'

/** What was measured of each contender, by its name and the number of the turn. */
export type Samples<T> = ReadonlyMap<string, ReadonlyMap<number, T>>

/** Far behind: a sixth of the turns tells by how much. */
const seldomMeasured = ['Caddy', 'portless']
const seldomEvery = 6

/**
 * Measures all contenders by turns, each turn starting with another one, so that what slows the machine for a while
 * slows all. The first turn only warms up.
 */
export async function measureByTurns<T>(
  contenders: readonly Contender[],
  turns: number,
  measure: (contender: Contender) => Promise<T>,
): Promise<Samples<T>> {
  const samples = new Map(contenders.map(({ name }) => [name, new Map<number, T>()]))
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const [position] of contenders.entries()) {
      const contender = contenders[(turn + position) % contenders.length]
      if (contender === undefined || !isMeasuredAt(contender.name, turn)) continue
      const value = await measureOne(contender, measure)
      if (turn > 0) samples.get(contender.name)?.set(turn, value)
    }
  }
  return samples
}

async function measureOne<T>(
  contender: Contender,
  measure: (contender: Contender) => Promise<T>,
): Promise<T> {
  try {
    return await measure(contender)
  } catch (error) {
    throw new Error(contender.name, { cause: error })
  }
}

function isMeasuredAt(name: string, turn: number): boolean {
  return !seldomMeasured.includes(name) || turn % seldomEvery === 1 || turn === 0
}

/** One number of each sample. */
export function numbersOf<T>(samples: Samples<T>, number: (value: T) => number): Samples<number> {
  const entries = Array.from(samples, ([name, values]) => {
    const numbers = Array.from(values, ([turn, value]) => [turn, number(value)] as const)
    return [name, new Map(numbers)] as const
  })
  return new Map(entries)
}
