import { byText } from '../../lib/by-text.ts'
import type { AccessLine } from '../../daemon/access-line.ts'
import { type Finding, notice } from './finding.ts'

/** So much of an access log is looked at. */
const RECENT_LINES = 500

/** Services whose dev server refused its own name lately, and has not answered well since. */
export function hostBlockFindings(agent: string, lines: readonly AccessLine[]): Finding[] {
  const refusals = new Map<string, AccessLine>()
  for (const line of lines.slice(-RECENT_LINES)) {
    if (line.direction !== 'in') continue
    if (line.fix !== undefined) refusals.set(line.peer, line)
    else if (line.status >= 200 && line.status < 400) refusals.delete(line.peer)
  }
  return [...refusals]
    .toSorted(byText(([name]) => name))
    .map(([service, { reason = '', fix = '' }]) =>
      notice('host name', `${service} of "${agent}": ${reason}`, [fix]),
    )
}
