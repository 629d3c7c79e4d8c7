import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function destroyCommand(app: AppContext) {
  return newCommand('destroy')
    .summary('stop runs and remove everything they left')
    .description(
      'Stop runs if they are running, then remove their record, output and everything else they left. Without an argument, the newest ended one.',
    )
    .argument('[run...]', 'id, id prefix or name; with --all-data also the path of a project')
    .option('--all', 'all of them, running ones too')
    .option('--all-data', 'the persistent homes of their projects too')
    .option('--time <seconds>', 'how long running ones get to end by themselves', '10')
    .action(async (names, options, command) => {
      const { destroyRuns } = await import('./stop-runs.ts')
      const { json } = globalOptions(command)
      await destroyRuns(app, { ...options, names, json })
    })
}
