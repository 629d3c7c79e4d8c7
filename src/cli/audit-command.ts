import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function auditCommand(app: AppContext) {
  return newCommand('audit')
    .summary("show a run's tamper-evident log")
    .description(
      'Show what was decided and done for a run: its boundary, mounts, image, ports, commands and end.',
    )
    .argument('<run>', 'id, id prefix or name')
    .option('--verify', 'say whether it is as it was written: INTACT, or TAMPERED and exit code 1')
    .option('--export <file>', 'write it to a new file, as JSON Lines')
    .action(async (run, options, command) => {
      const { showAudit } = await import('./show-audit.ts')
      const { json } = globalOptions(command)
      showAudit(app, run, { ...options, json })
    })
}
