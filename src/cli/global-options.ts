import { Command } from '@commander-js/extra-typings'
import type { AppContext } from './app-context.ts'
import { Style } from './style.ts'

/** Flags that every command takes. */
export type GlobalOptions = { json?: true | undefined; verbose?: true | undefined; color: boolean }

/** A command with the global flags; all of ours are made here. */
export function newCommand(name: string) {
  return new Command(name)
    .option('--json', 'print a machine-readable result')
    .option('-v, --verbose', 'say more about what happens')
    .option('--no-color', 'print without colours')
    .helpOption('-h, --help', 'show this help')
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError(true)
}

/** Colours for stdout or stderr, when there is a terminal and nobody declined (https://no-color.org). */
export function styleFor(
  app: AppContext,
  options: Pick<GlobalOptions, 'color'>,
  stream: 'stdout' | 'stderr',
): Style {
  const declined = (app.host.env['NO_COLOR'] ?? '') !== '' || app.host.env['TERM'] === 'dumb'
  const isTty = stream === 'stdout' ? app.terminal.stdoutIsTty : app.terminal.stderrIsTty
  return new Style(options.color && isTty && !declined)
}
