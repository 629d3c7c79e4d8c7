import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { usageError } from '../lib/errors.ts'
import { shellWord } from '../lib/shell-word.ts'

/** A command to run that stands where only `taken` words of ours belong, as users of `docker` write it. */
export function refuseCommandBeforeDashes(command: CommandUnknownOpts, taken: number): void {
  const words = command.args.slice(taken)
  if (words.length === 0) return
  const own = ['agent', command.name(), ...command.args.slice(0, taken)]
  throw usageError(
    `the command of ${command.name()} stands behind --`,
    [...own, '--', ...words].map(shellWord).join(' '),
  )
}
