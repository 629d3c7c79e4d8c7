import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function statusCommand(app: AppContext) {
  return newCommand('status')
    .summary('runtime, proxy and runs at a glance')
    .action(async (_options, command) => {
      const { showStatus } = await import('./show-status.ts')
      const { json } = globalOptions(command)
      await showStatus(app, { json })
    })
}
