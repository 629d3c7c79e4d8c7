import { CommanderError } from '@commander-js/extra-typings'
import { usageError } from '../lib/errors.ts'

/** The parser's own errors in our words; anything else as it is. */
export function usageProblem(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error
  const [first = '', ...hints] = error.message.replace(/^error: /, '').split('\n')
  const what = first
    .replace(/\.$/, '')
    .replaceAll("'", '"')
    .replace(/\. ([A-Z])/g, (_match, letter: string) => `, ${letter.toLowerCase()}`)
  return usageError(what.charAt(0).toLowerCase() + what.slice(1), fixOf(hints.join(' ')))
}

/** The parser's `(Did you mean list?)` as something to do. */
function fixOf(hint: string): string {
  const names = /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(hint)?.[1]
  return names === undefined ? 'agent --help' : `write ${names.replaceAll(', ', ' or ')}`
}
