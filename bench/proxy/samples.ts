import type { Contender } from './contender.ts'

/** What was measured of one contender, by the number of the turn, and why there is no more. */
type Measured<T> = { values: ReadonlyMap<number, T>; failure?: string }

/** By the names of the contenders. */
export type Samples<T> = ReadonlyMap<string, Measured<T>>

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
  const measured = new Map(contenders.map(({ name }) => [name, new Map<number, T>()]))
  const failures = new Map<string, string>()
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [position] of contenders.entries()) {
      const contender = contenders[(turn + position) % contenders.length]
      if (contender === undefined || !isMeasuredAt(contender.name, turn)) continue
      const { name } = contender
      if (failures.has(name)) continue
      try {
        measured.get(name)?.set(turn, await measure(contender))
      } catch (error) {
        if (name === 'ours') throw error
        failures.set(name, error instanceof Error ? error.message : String(error))
      }
    }
  }
  const entries = Array.from(measured, ([name, values]) => {
    const failure = failures.get(name)
    return [name, failure === undefined ? { values } : { values, failure }] as const
  })
  return new Map(entries)
}

function isMeasuredAt(name: string, turn: number): boolean {
  return !seldomMeasured.includes(name) || turn % seldomEvery === 0
}

/** One number of each sample. */
export function numbersOf<T>(samples: Samples<T>, number: (value: T) => number): Samples<number> {
  const entries = Array.from(samples, ([name, { values, ...rest }]) => {
    const numbers = Array.from(values, ([turn, value]) => [turn, number(value)] as const)
    return [name, { ...rest, values: new Map(numbers) }] as const
  })
  return new Map(entries)
}

/** All values of one contender. */
export function valuesOf<T>(samples: Samples<T>, name: string): T[] {
  return [...(samples.get(name)?.values.values() ?? [])]
}
