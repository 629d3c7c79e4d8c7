import { StartError } from '../runtime/start-error.ts'

/**
 * How the program words its own failures: a code, then the message in quotes. What a command inside writes looks
 * like this only if it means to.
 */
const OWN_FAILURE = /^Error: \w+: "/m

const NOT_FOUND = /failed to find target executable|executable file not found/

/** What kept a command from being run; undefined when the output is the command's own. */
export function startFailure(exitCode: number, output: string): StartError | undefined {
  if (exitCode !== 1 || !OWN_FAILURE.test(output)) return undefined
  const what = output
    .slice(output.search(OWN_FAILURE))
    .trim()
    .replace(/^Error: /, '')
  return new StartError(what, NOT_FOUND.test(what) ? 127 : 125)
}
