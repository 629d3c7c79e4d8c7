import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function buildCommand(app: AppContext) {
  return newCommand('build')
    .summary('show the Dockerfile of a project')
    .description(
      'Show the Dockerfile of the project at PATH (default: the current folder), made from its dependencies.',
    )
    .argument('[path]', 'the project')
    .option('--print', 'print the Dockerfile and build nothing')
    .action(async (path, options, command) => {
      const { printDockerfile } = await import('./print-dockerfile.ts')
      const { json } = globalOptions(command)
      printDockerfile(app, path ?? '.', { print: options.print === true, json })
    })
}
