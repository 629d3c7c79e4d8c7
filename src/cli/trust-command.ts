import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function trustCommand(app: AppContext) {
  return newCommand('trust')
    .summary('allow what weakens isolation in a project')
    .description(
      'Show the keys in agent.yaml of the project at PATH (default: the current folder) that give a run more of this machine, and allow them from now on. Asked again when they change.',
    )
    .argument('[path]', 'the project')
    .option('-y, --yes', 'do not ask')
    .option('--revoke', 'take it back')
    .option('--list', 'show the projects that were allowed something')
    .action(async (path, options, command) => {
      const trust = await import('./trust-project.ts')
      const { json } = globalOptions(command)
      if (options.list === true) return trust.listTrusted(app, { json })
      if (options.revoke === true) return trust.revokeTrust(app, path ?? '.', { json })
      await trust.trustProject(app, path ?? '.', { json, yes: options.yes === true })
    })
}
