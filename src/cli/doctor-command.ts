import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function doctorCommand(app: AppContext) {
  return newCommand('doctor')
    .summary("say why something doesn't work here")
    .description('Check everything that runs need of this machine, and say how to mend it.')
    .action(async (_options, command) => {
      const { showFindings } = await import('./show-findings.ts')
      await showFindings(app, globalOptions(command))
    })
}
