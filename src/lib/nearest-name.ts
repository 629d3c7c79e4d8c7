/** Longer names are not compared: nobody mistypes them, and the work grows with the product of the lengths. */
const COMPARED_MAX = 64

/**
 * "Did you mean": the candidate with the fewest typing slips (insert, delete, replace, swap of neighbours) between it
 * and the name, when that is at most a third of the name's length (but one, and never more than three). Case counts for nothing;
 * of equals, the first by the alphabet.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name === '' || name.length > COMPARED_MAX) return undefined
  const limit = Math.max(1, Math.min(3, Math.floor(name.length / 3)))
  const lowered = name.toLowerCase()
  let nearest: { candidate: string; slips: number } | undefined
  for (const candidate of [...candidates].sort()) {
    if (Math.abs(candidate.length - name.length) > limit) continue
    const slips = countSlips(lowered, candidate.toLowerCase())
    if (slips > limit || slips >= Math.max(name.length, candidate.length)) continue
    if (nearest === undefined || slips < nearest.slips) nearest = { candidate, slips }
  }
  return nearest?.candidate
}

/** Optimal string alignment distance, three rows at a time. */
function countSlips(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      let slips = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) slips = Math.min(slips, (beforePrevious[column - 2] ?? slips) + 1)
      current.push(slips)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[to.length] ?? 0
}
