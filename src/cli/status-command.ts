import type { AppContext } from './app-context.ts'
import { newCommand } from './global-options.ts'

export function statusCommand(app: AppContext) {
  return newCommand('status')
    .summary('runtime, proxy and runs at a glance')
    .action(async (options, command) => {
      const { showStatus } = await import('./show-status.ts')
      const { json } = { ...command.optsWithGlobals(), ...options }
      await showStatus(app, { json: json === true })
    })
}
