import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../lib/errors.ts'
import { httpUrl } from '../../run/service-env.ts'
import type { AppContext } from '../app-context.ts'
import { readProxyStatus } from '../control-proxy.ts'
import type { InstalledService } from './manage-service.ts'

const LOOK_AGAIN_MS = 50

/** Returns once the service's proxy listens. Throws `UserError` when the signal ends the wait before. */
export async function awaitServiceProxy(
  app: AppContext,
  { port, manager }: InstalledService,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const status = await readProxyStatus(app)
    if (status?.service === true && status.port === port) return
    if (signal.aborted) throw notListening(app, manager.file, port)
    await delay(LOOK_AGAIN_MS)
  }
}

function notListening({ paths }: AppContext, file: string, port: number): UserError {
  return new UserError(
    `${file} is installed, but no proxy listens on ${httpUrl('localhost', port)}`,
    { fix: [`look into ${paths.daemonLog}`, 'agent proxy service uninstall'] },
  )
}
