import { z } from 'zod'
import { encodeDaemonReport } from '../daemon/daemon-report.ts'
import { fileLog } from '../daemon/file-log.ts'
import { runDaemon } from '../daemon/daemon-process.ts'
import type { PortSource } from '../daemon/control-protocol.ts'
import { messageOf, UserError } from '../lib/errors.ts'
import { printable } from '../lib/printable.ts'
import type { BoundProxy } from '../proxy/bind-proxy.ts'
import type { AppContext } from './app-context.ts'
import { ExitError } from './exit-error.ts'
import { GAVE_WAY } from './gave-way.ts'
import { openStores } from './stores.ts'
import { announceProxy } from './start-proxy.ts'

/** Nothing needs it for so long, and the background process ends. */
const IDLE_DEFAULT_S = 30

export type DaemonHere = {
  foreground: boolean
  /** Started by a service manager, which starts us again after `GAVE_WAY`. */
  service?: boolean
  /** Have the proxy listen from the start. */
  proxy?: { port: number; source: PortSource }
  /** Listeners opened while we had the right to. */
  bound?: BoundProxy
}

/** Becomes the daemon in this process. Whoever started it reads one line: ready, or what stopped it. */
export async function runDaemonHere(app: AppContext, here: DaemonHere): Promise<void> {
  const isWatched = here.foreground && here.service !== true
  const log = isWatched
    ? (line: string): void => app.output.note(printable(line))
    : fileLog(app.paths.daemonLog, app.clock)
  try {
    const { state, context } = openStores(app)
    using _state = state
    const end = await runDaemon({
      context,
      state,
      uid: app.host.uid,
      idleMs: idleMs(app),
      foreground: here.foreground,
      service: here.service === true,
      log,
      onReady: (status) => {
        if (here.foreground) announceProxy(app, status.port ?? 0, false)
        else reportReady(app, status)
      },
      ...(here.bound === undefined ? {} : { bound: here.bound }),
      ...(here.proxy === undefined ? {} : { proxy: here.proxy }),
    })
    if (here.foreground && end === 'handed over') throw new ExitError(GAVE_WAY)
  } catch (error) {
    if (here.foreground) throw error
    log(messageOf(error))
    reportFailure(app, error)
  }
}

/** Tells whoever started us that requests are answered. */
export function reportReady(app: AppContext, status: { port?: number }): void {
  app.output.answer(encodeDaemonReport({ ready: true, ...status }))
}

/** Tells whoever started us why we end. */
export function reportFailure(app: AppContext, error: unknown): void {
  const known = error instanceof UserError
  app.output.answer(
    encodeDaemonReport({
      ready: false,
      what: messageOf(error),
      fixes: known ? [...error.fixes] : [],
      exitCode: known ? error.exitCode : 1,
    }),
  )
}

function idleMs(app: AppContext): number {
  const text = app.host.env['AGENTOPS_DAEMON_IDLE']
  const seconds = z.coerce
    .number()
    .min(0)
    .max(86_400)
    .safeParse(text ?? IDLE_DEFAULT_S)
  return (seconds.success ? seconds.data : IDLE_DEFAULT_S) * 1000
}
