import { usageError } from '../lib/errors.ts'
import type { AppContext } from './app-context.ts'

/** Commands that only this program starts: the background process, and what writes network rules. False for anything else. */
export async function runInternalCommand(
  app: AppContext,
  argv: readonly string[],
): Promise<boolean> {
  const [name, port, mode] = argv
  if (name === '__daemon') {
    const { runDaemonHere } = await import('./run-daemon-here.ts')
    await runDaemonHere(app, { foreground: false })
    return true
  }
  if (name === '__guard') {
    const { guardNetwork } = await import('./guard-network.ts')
    guardNetwork(argv.slice(1))
    return true
  }
  if (name === '__complete') {
    const { answerShell } = await import('./completion/answer-shell.ts')
    await answerShell(app, argv.slice(1))
    return true
  }
  if (name === '__privileged-daemon') {
    const { bindThenServe } = await import('./privileged-proxy.ts')
    const caller = app.sudoCaller()
    if (caller === undefined)
      throw usageError('this command is started by another', 'sudo agent proxy start --port=80')
    await bindThenServe(app, caller, {
      port: Number(port),
      restart: mode === 'restart',
      foreground: false,
    })
    return true
  }
  return false
}
