import { type Parsed, parsed, refused } from './parsed.ts'
import { quoted } from './quoted.ts'

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
}

/** Reads a size as `docker run --memory` does: a number and b, k, m, g or t (1k = 1024), with or without `b` or `ib` behind. Bytes, rounded down. */
export function parseByteSize(text: string): Parsed<number> {
  const match = /^(\d{1,16}(?:\.\d{1,16})?) ?([kmgt]?)(?:i?b)?$/i.exec(text)
  const unit = UNITS[match?.[2]?.toLowerCase() ?? '']
  const bytes = match === null || unit === undefined ? NaN : Math.floor(Number(match[1]) * unit)
  if (Number.isSafeInteger(bytes) && bytes > 0) return parsed(bytes)
  return refused(`${quoted(text)} is not a size`, 'write a number and a unit: 512m, 2g')
}
