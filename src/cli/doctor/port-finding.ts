import { portConflict } from '../../daemon/port-conflict.ts'
import { portProblem } from '../../daemon/proxy-host.ts'
import type { Setting } from '../../config/settings.ts'
import { PortError } from '../../proxy/bind-proxy.ts'
import { broken, type Finding, notice, ok } from './finding.ts'

export type PortFacts = {
  wish: Setting<number>
  /** Where our own proxy listens now. */
  live: number | undefined
  isUnsafe: boolean
  /** Somebody accepts connections on it. */
  isBusy: boolean
  /** Only root may listen on it, and we are not. */
  isForbidden: boolean
}

/** Whether the proxy has, or could have, the port that the settings name. */
export function portFinding({ wish, live, isUnsafe, isBusy, isForbidden }: PortFacts): Finding {
  const check = 'proxy port'
  const port = wish.value
  if (live !== undefined && live === port) return ok(check, `our proxy listens on port ${port}`)
  if (live !== undefined && (wish.source === 'default' || port === 0))
    return ok(check, `our proxy listens on port ${live}`)
  if (live !== undefined) {
    const { message, fixes } = portConflict(live, port)
    return notice(check, message, fixes)
  }
  if (port === 0) return ok(check, 'any free port will do')
  const reason = isUnsafe ? 'unsafe' : isBusy ? 'busy' : isForbidden ? 'forbidden' : undefined
  if (reason === undefined) return ok(check, `port ${port} is free`)
  const { message, fixes } = portProblem(new PortError(port, reason))
  return broken(check, message, fixes)
}
