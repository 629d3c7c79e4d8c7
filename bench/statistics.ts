/** What one turn of two programs gave: ours, then theirs. */
export type Pair = readonly [number, number]

/** A value with the interval that holds it in 95 of 100 resamplings. */
export type Estimate = { value: number; low: number; high: number }

/** What paired measurements of two programs say. */
export type PairedEstimate = { ours: Estimate; theirs: Estimate; ratio: Estimate }

const resamplings = 2000

/** The middle of a sorted copy; the mean of the two middles for an even count. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = Math.floor(sorted.length / 2)
  const high = sorted[upper] ?? Number.NaN
  return sorted.length % 2 === 1 ? high : ((sorted[upper - 1] ?? Number.NaN) + high) / 2
}

/**
 * Medians of both programs and the ratio of the medians (ours to theirs), with 95 % intervals by the
 * percentile bootstrap. Pairs are resampled as pairs, so that what slowed both for a while cancels in the ratio.
 * The same pairs give the same intervals.
 */
export function pairedEstimate(pairs: readonly Pair[]): PairedEstimate {
  const random = pseudoRandom(1)
  const drawn = (pair: Pair): Pair => pairs[Math.floor(random() * pairs.length)] ?? pair
  const resampled = Array.from({ length: resamplings }, () => medians(pairs.map(drawn)))
  const actual = medians(pairs)
  const estimate = (of: keyof PairedEstimate): Estimate => {
    const sorted = resampled.map((sample) => sample[of]).toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
    return { value: actual[of], low: at(0.025), high: at(0.975) }
  }
  return { ours: estimate('ours'), theirs: estimate('theirs'), ratio: estimate('ratio') }
}

function medians(pairs: readonly Pair[]): Record<keyof PairedEstimate, number> {
  const ours = median(pairs.map(([value]) => value))
  const theirs = median(pairs.map(([, value]) => value))
  return { ours, theirs, ratio: ours / theirs }
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
