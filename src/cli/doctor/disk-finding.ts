import { type DiskSpace, isLow } from '../disk-space.ts'
import { formatSize } from '../format-size.ts'
import { broken, type Finding, notice, ok } from './finding.ts'

/** With less than this not even a run's output can be kept. */
const FULL_BYTES = 50_000_000

/** Whether there is room for what runs write. */
export function diskFinding(space: DiskSpace): Finding {
  const check = 'disk space'
  const { path, freeBytes, totalBytes } = space
  const detail = `${formatSize(freeBytes)} of ${formatSize(totalBytes)} free at ${path}`
  const fix = ['agent clean', `remove other things where ${path} is`]
  if (freeBytes < FULL_BYTES) return broken(check, detail, fix)
  return isLow(space) ? notice(check, detail, fix) : ok(check, detail)
}
