import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function stopCommand(app: AppContext) {
  return newCommand('stop')
    .summary('stop runs, keep their records')
    .description('Stop runs: SIGTERM, then SIGKILL. Without an argument, the newest running one.')
    .argument('[run...]', 'id, id prefix or name')
    .option('--all', 'all running ones')
    .option('--time <seconds>', 'how long they get to end by themselves', '10')
    .action(async (names, options, command) => {
      const { stopRuns } = await import('./stop-runs.ts')
      const { json } = globalOptions(command)
      await stopRuns(app, { ...options, names, json })
    })
}
