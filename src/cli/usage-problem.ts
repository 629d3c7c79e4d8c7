import { CommanderError } from '@commander-js/extra-typings'
import { usageError } from '../lib/errors.ts'

/** The parser's own errors in our words; anything else as it is. */
export function usageProblem(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error
  const [first = '', ...hints] = error.message.replace(/^error: /, '').split('\n')
  const what = first.replace(/\.$/, '').replaceAll("'", '"')
  const suggestions = hints.map((hint) => hint.replace(/^\((.*)\)$/, '$1').trim()).filter(Boolean)
  return usageError(lowerFirst(what), suggestions.length > 0 ? suggestions : 'agent --help')
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
