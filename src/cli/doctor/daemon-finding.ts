import type { ProxyStatus } from '../../daemon/control-protocol.ts'
import { formatAge } from '../../lib/age.ts'
import { type Finding, notice, ok } from './finding.ts'

/** Whether the background process lives, where there is something for it to do. */
export function daemonFinding(
  status: Pick<ProxyStatus, 'pid' | 'uptimeMs' | 'version'> | undefined,
  liveRuns: number,
): Finding {
  const check = 'background process'
  if (status !== undefined) {
    const { pid, uptimeMs, version } = status
    return ok(check, `process ${pid}, up ${formatAge(uptimeMs)}, version ${version}`)
  }
  if (liveRuns === 0) return ok(check, 'not running, since nothing needs it')
  const runs = liveRuns === 1 ? '1 live run is' : `${liveRuns} live runs are`
  return notice(check, `not running, and ${runs} not looked after`, ['agent list'])
}
