const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const

/** A length of time in one unit, rounded down: `42s`, `5m`, `3h`, `12d`. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  for (const [unit, size] of UNITS)
    if (seconds >= size) return `${Math.floor(seconds / size)}${unit}`
  return `${seconds}s`
}
