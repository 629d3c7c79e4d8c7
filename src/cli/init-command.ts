import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function initCommand(app: AppContext) {
  return newCommand('init')
    .summary('write an agent.yaml for a project')
    .description(
      'Write a commented agent.yaml for the project at PATH (default: the current folder) from what its files say: scripts, frameworks, ports, versions.',
    )
    .argument('[path]', 'the project')
    .option('--print', 'print it and write nothing')
    .action(async (path, options, command) => {
      const { initProject } = await import('./init-project.ts')
      const { json } = globalOptions(command)
      initProject(app, path ?? '.', { json, print: options.print === true })
    })
}
