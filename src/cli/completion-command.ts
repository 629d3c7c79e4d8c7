import { Argument } from '@commander-js/extra-typings'
import type { AppContext } from './app-context.ts'
import { SHELLS } from './completion/shells.ts'
import { newCommand } from './global-options.ts'

export function completionCommand(app: AppContext) {
  return newCommand('completion')
    .summary('print the completion script of a shell')
    .description(
      'Print what makes a shell complete commands, flags, and the names of runs, services and routes.',
    )
    .addArgument(new Argument('<shell>', 'whose').choices(SHELLS))
    .action(async (shell) => {
      const { completionScript } = await import('./completion/completion-script.ts')
      app.output.answer(completionScript(shell).trimEnd())
    })
}
