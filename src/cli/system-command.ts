import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function systemCommand(app: AppContext) {
  const system = newCommand('system')
    .summary('what of ours the runtimes hold')
    .description(
      'Show what runs have left with the runtimes of this machine: of this state folder (own), and of others (foreign).',
    )
  for (const [view, summary] of VIEWS)
    system.addCommand(
      newCommand(view)
        .summary(summary)
        .action(async (_options, command) => {
          const { showHoldings } = await import('./show-holdings.ts')
          const { json } = globalOptions(command)
          await showHoldings(app, view, { json })
        }),
    )
  return system
}

const VIEWS = [
  ['images', 'list the images that runs were built into'],
  ['containers', 'list the containers of runs'],
  ['df', 'show how much disk all of it takes'],
] as const
