import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'
import { versionLine } from './version-line.ts'

export function versionCommand(app: AppContext) {
  return newCommand('version')
    .summary('print version, commit and Bun version')
    .action((_options, command) => {
      const { json } = globalOptions(command)
      const { version, commit, bun } = app.build
      app.output.answer(
        json ? JSON.stringify({ version, commit: commit ?? null, bun }) : versionLine(app.build),
      )
    })
}
