import { CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { createApp } from '../../../src/app.ts'
import { createProgram } from '../../../src/cli/program.ts'
import { currentHost } from '../../../src/platform/host.ts'

/**
 * Parses the words after `agent` with the program's own parser, without doing anything.
 * @returns what the parser has against them, undefined for nothing
 */
export async function parseCommandLine(words: readonly string[]): Promise<string | undefined> {
  const dashes = words.indexOf('--')
  const own = dashes < 0 ? words : words.slice(0, dashes)
  const program = await createProgram(
    createApp(currentHost(), []),
    dashes < 0 ? [] : words.slice(dashes + 1),
  )
  disarm(program)
  try {
    await program.parseAsync([...own], { from: 'user' })
    return undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? undefined : error.message
  }
}

/** Every command with subcommands as words (`proxy start`), and the long options it has beside those that all have. */
export async function knownCommands(): Promise<{ name: string; options: readonly string[] }[]> {
  const shared = new Set(['--json', '--verbose', '--no-color', '--help', '--version'])
  const walk = (command: CommandUnknownOpts, path: readonly string[]): string[][] => [
    [
      [...path, command.name()].join(' '),
      ...command.options.flatMap(({ long }) => (long && !shared.has(long) ? [long] : [])),
    ],
    ...command.commands.flatMap((child) => walk(child, [...path, command.name()])),
  ]
  const program = await createProgram(createApp(currentHost(), []), [])
  return program.commands
    .flatMap((command) => walk(command, []))
    .map(([name = '', ...options]) => ({ name, options }))
}

/** Leaves of the command tree do nothing any more; `help` and `version` still print. */
function disarm(command: CommandUnknownOpts): void {
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
  for (const child of command.commands) disarm(child)
  if (command.commands.length === 0) command.action(() => undefined)
}
