import { portConflict } from '../../daemon/port-conflict.ts'
import { portProblem } from '../../daemon/proxy-host.ts'
import { bindProxy, PortError } from '../../proxy/bind-proxy.ts'
import type { AppContext } from '../app-context.ts'
import { readProxyStatus } from '../control-proxy.ts'

/** Throws `UserError` for a port that the service could not have; one that the proxy has already will be handed over. */
export async function requireFreePort(app: AppContext, port: number): Promise<void> {
  const status = await readProxyStatus(app)
  const live = status?.port
  if (live === port) return
  if (live !== undefined && status?.service !== true) throw portConflict(live, port)
  try {
    const bound = await bindProxy(port)
    bound.close()
  } catch (error) {
    throw error instanceof PortError ? portProblem(error) : error
  }
}
