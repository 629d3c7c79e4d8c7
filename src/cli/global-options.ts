import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { AppContext } from './app-context.ts'
import { Style } from './style.ts'
import { CommandLineError } from './usage-problem.ts'

/** Flags that every command takes. */
export type GlobalOptions = { json: boolean; verbose: boolean; color: boolean }

/** A command with the global flags; all of ours are made here. */
export function newCommand(name: string) {
  const command = new Command(name)
    .option('--json', 'print a machine-readable result')
    .option('-v, --verbose', 'say more about what happens')
    .option('--no-color', 'print without colours')
    .helpOption('-h, --help', 'show this help')
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError(true)
  return command.exitOverride((error) => {
    throw new CommandLineError(error, fullName(command))
  })
}

/** `agent proxy start` */
function fullName(command: CommandUnknownOpts): string {
  const above = command.parent === null ? '' : `${fullName(command.parent)} `
  return `${above}${command.name()}`
}

/** The global flags, wherever they stand: `agent --json proxy status` and `agent proxy status --json` are the same. */
export function globalOptions(command: CommandUnknownOpts): GlobalOptions {
  const { json, verbose, color }: Record<string, unknown> = command.opts()
  const above = command.parent === null ? NO_OPTIONS : globalOptions(command.parent)
  return {
    json: json === true || above.json,
    verbose: verbose === true || above.verbose,
    color: color !== false && above.color,
  }
}

const NO_OPTIONS: GlobalOptions = { json: false, verbose: false, color: true }

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
