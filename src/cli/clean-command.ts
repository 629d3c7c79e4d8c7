import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function cleanCommand(app: AppContext) {
  return newCommand('clean')
    .summary('remove ended runs and what nothing needs any more')
    .description(
      'Show, then remove: ended runs with their output, images of ours that nothing uses, and containers, volumes and networks of ours that no run accounts for. What other state folders made is never touched.',
    )
    .option('--dry-run', 'only show what would be removed')
    .option('-f, --force', 'do not ask')
    .action(async (options, command) => {
      const { clean } = await import('./clean.ts')
      const { json } = globalOptions(command)
      await clean(app, {
        dryRun: options.dryRun === true,
        force: options.force === true,
        json,
      })
    })
}
