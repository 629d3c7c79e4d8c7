import type { AppContext } from './app-context.ts'
import { newCommand } from './global-options.ts'
import { versionLine } from './version-line.ts'

export function versionCommand(app: AppContext) {
  return newCommand('version')
    .summary('print version, commit and Bun version')
    .action((options, command) => {
      const { json } = { ...command.optsWithGlobals(), ...options }
      const { version, commit, bun } = app.build
      app.output.answer(
        json === true
          ? JSON.stringify({ version, commit: commit ?? null, bun })
          : versionLine(app.build),
      )
    })
}
