import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function depsCommand(app: AppContext) {
  const deps = newCommand('deps')
    .summary('what dependencies can name')
    .description('Look at the catalogue of what dependencies in agent.yaml can name.')
  deps.addCommand(
    newCommand('list')
      .alias('ls')
      .summary('list the catalogue')
      .action(async (_options, command) => {
        const { listDependencies } = await import('./show-dependencies.ts')
        const { json } = globalOptions(command)
        listDependencies(app, { json })
      }),
  )
  deps.addCommand(
    newCommand('info')
      .summary('show one entry of the catalogue')
      .argument('<name>', 'as in dependencies')
      .action(async (name, _options, command) => {
        const { showDependency } = await import('./show-dependencies.ts')
        const { json } = globalOptions(command)
        showDependency(app, name, { json })
      }),
  )
  return deps
}
