import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function logsCommand(app: AppContext) {
  return newCommand('logs')
    .summary("show a run's output")
    .description('Show the last lines of a run; the stored copy once it has ended.')
    .argument('[run]', 'id, id prefix or name; default: the newest')
    .option('-f, --follow', 'go on while it runs')
    .option('-n, --tail <lines>', 'how many lines, or all', '100')
    .option('--timestamps', 'with the time of each line')
    .option('--access', 'requests to its services and to the outside, in place of its output')
    .action(async (run, options, command) => {
      const { showLogs } = await import('./show-logs.ts')
      const { json } = globalOptions(command)
      await showLogs(app, run, { ...options, json })
    })
}
