/** True when version `a` (`1.2.3`) is newer than `b`; anything that is no version is oldest. */
export function isNewer(a: string, b: string): boolean {
  const left = numbersOf(a)
  const right = numbersOf(b)
  for (let index = 0; index < 3; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return false
}

function numbersOf(version: string): number[] {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(version)
  return match === null ? [] : match.slice(1).map(Number)
}
