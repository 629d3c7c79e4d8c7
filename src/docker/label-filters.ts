import type { LabelSelector } from '../runtime/labels.ts'

/** The `filters` of a list request: things with these labels (Engine API, "List containers"). */
export function labelFilters(
  selector: LabelSelector,
  more: Readonly<Record<string, readonly string[]>> = {},
): string {
  const label = Object.entries(selector)
    .map(([name, value]) => (value === undefined ? name : `${name}=${value}`))
    .sort()
  return JSON.stringify({ ...more, label })
}
