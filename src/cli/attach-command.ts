import type { AppContext } from './app-context.ts'
import { newCommand } from './global-options.ts'

export function attachCommand(app: AppContext) {
  return newCommand('attach')
    .summary('connect to a run again')
    .description(
      'Show what a run prints from now on, and with -i type to it. Ctrl-C stops the run; the detach keys leave it running.',
    )
    .argument('<run>', 'id, id prefix or name')
    .option('-i, --interactive', 'connect stdin')
    .option('--detach-keys <keys>', 'keys that leave the run', 'ctrl-p,ctrl-q')
    .action(async (run, options) => {
      const { attachToRun } = await import('./attach-to-run.ts')
      await attachToRun(app, run, options)
    })
}
