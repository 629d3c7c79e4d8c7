import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function buildCommand(app: AppContext) {
  return newCommand('build')
    .summary("build a project's image only")
    .description(
      'Build the image of the project at PATH (default: the current folder) from its dependencies, and print its name.',
    )
    .argument('[path]', 'the project')
    .option('--no-cache', 'do every step anew')
    .option('--platform <os/arch>', 'linux/amd64 or linux/arm64; default: of this machine')
    .option('--print', 'print the Dockerfile and build nothing')
    .action(async (path, options, command) => {
      const { buildProject } = await import('./build-project.ts')
      const { cache, platform, print } = options
      await buildProject(app, path ?? '.', {
        ...globalOptions(command),
        print: print === true,
        noCache: !cache,
        ...(platform === undefined ? {} : { platform }),
      })
    })
}
