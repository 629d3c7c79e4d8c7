import { UserError } from '../../lib/errors.ts'
import { quoted } from '../../lib/quoted.ts'

/** RFC 3339 with microseconds. */
export function formatLogTime(timeUs: number): string {
  const iso = new Date(Math.floor(timeUs / 1000)).toISOString()
  const fraction = String(Math.floor(timeUs) % 1_000_000).padStart(6, '0')
  return `${iso.slice(0, 19)}.${fraction}Z`
}

/** Microseconds since 1970 of a time in RFC 3339. Throws a `UserError` that shows anything else. */
export function parseLogTime(text: string): number {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i.exec(text)
  const timeMs = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`)
  if (match === null || Number.isNaN(timeMs))
    throw new UserError(`${quoted(text)} is not a time`, { fix: 'write 2026-01-31T12:00:00Z' })
  return timeMs * 1000 + Number((match[2] ?? '').padEnd(6, '0').slice(0, 6))
}
