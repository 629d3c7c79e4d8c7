import type { Contender } from './contender.ts'

/** What was measured of one contender, by the number of the turn, and why there is no more. */
class Measured<T> {
  readonly values = new Map<number, T>()
  failure: unknown

  async add(turn: number, measure: () => Promise<T>): Promise<void> {
    if (this.failure !== undefined) return
    try {
      this.values.set(turn, await measure())
    } catch (error) {
      this.failure = error
    }
  }
}

/** By the names of the contenders. */
export type Samples<T> = ReadonlyMap<string, { values: ReadonlyMap<number, T>; failure: unknown }>

/** Far behind: a sixth of the turns tells by how much. */
const seldomMeasured = ['Caddy', 'portless']
const seldomEvery = 6

/**
 * Measures all contenders by turns, each turn starting with another one, so that what slows the machine for a while
 * slows all. A peer that fails is left out from then on; when ours does, so does the benchmark.
 */
export async function measureByTurns<T>(
  contenders: readonly Contender[],
  turns: number,
  measure: (contender: Contender) => Promise<T>,
): Promise<Samples<T>> {
  const measured = new Map(contenders.map(({ name }) => [name, new Measured<T>()]))
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [position] of contenders.entries()) {
      const contender = contenders[(turn + position) % contenders.length]
      if (contender === undefined || !isMeasuredAt(contender.name, turn)) continue
      await measured.get(contender.name)?.add(turn, () => measure(contender))
    }
  }
  const ours = measured.get('ours')
  if (ours?.failure !== undefined) throw new Error('ours failed', { cause: ours.failure })
  return measured
}

function isMeasuredAt(name: string, turn: number): boolean {
  return !seldomMeasured.includes(name) || turn % seldomEvery === 0
}

/** One number of each sample. */
export function numbersOf<T>(samples: Samples<T>, number: (value: T) => number): Samples<number> {
  const entries = Array.from(samples, ([name, { values, failure }]) => {
    const numbers = Array.from(values, ([turn, value]) => [turn, number(value)] as const)
    return [name, { values: new Map(numbers), failure }] as const
  })
  return new Map(entries)
}

/** All values of one contender. */
export function valuesOf<T>(samples: Samples<T>, name: string): T[] {
  return [...(samples.get(name)?.values.values() ?? [])]
}
