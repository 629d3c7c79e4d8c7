import { CommanderError } from '@commander-js/extra-typings'
import { usageError } from '../lib/errors.ts'

/** What the parser has against a command line, and the command that it was for. */
export class CommandLineError extends CommanderError {
  /** In full: `agent proxy start`. */
  readonly command: string

  constructor(error: CommanderError, command: string) {
    super(error.exitCode, error.code, error.message)
    this.command = command
  }
}

/** The parser's own errors in our words; anything else as it is. */
export function usageProblem(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error
  const [first = '', ...hints] = error.message.replace(/^error: /, '').split('\n')
  const choice = BAD_CHOICES.map((pattern) => pattern.exec(first)?.groups).find(Boolean)
  if (choice !== undefined) {
    const { what = '', value = '', choices = '' } = choice
    return usageError(`${what} "${value}" is not one of ${choices}`, `choose one of ${choices}`)
  }
  const what = first
    .replace(/\.$/, '')
    .replaceAll("'", '"')
    .replace(/\. ([A-Z])/g, (_match, letter: string) => `, ${letter.toLowerCase()}`)
    .replace(/ argument missing$/, ' has no value')
  const command = error instanceof CommandLineError ? error.command : 'agent'
  return usageError(
    what.charAt(0).toLowerCase() + what.slice(1),
    fixOf(hints.join(' ')) ?? `${command} --help`,
  )
}

/** The parser's words for a value that is none of those there are. */
const BAD_CHOICES = [
  /^option '(?<what>--[\w-]+)[^']*' argument '(?<value>.*)' is invalid\. Allowed choices are (?<choices>.*)\.$/,
  /^command-argument value '(?<value>.*)' is invalid for argument '(?<what>[\w-]+)'\. Allowed choices are (?<choices>.*)\.$/,
]

/** The parser's `(Did you mean list?)` as something to do. */
function fixOf(hint: string): string | undefined {
  const names = /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(hint)?.[1]
  return names === undefined ? undefined : `write ${names.replaceAll(', ', ' or ')}`
}
