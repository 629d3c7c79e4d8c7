import { nearestName } from './nearest-name.ts'
import { type Parsed, parsed, refused } from './parsed.ts'
import { quoted } from './quoted.ts'

/** Reads one of a few words. @param subject what the word is for: `--sandbox`, `AGENTOPS_RUNTIME` */
export function parseChoice<T extends string>(
  text: string,
  choices: readonly T[],
  subject: string,
): Parsed<T> {
  const choice = choices.find((candidate) => candidate === text)
  if (choice !== undefined) return parsed(choice)
  const list = choices.join(', ')
  const near = nearestName(text, choices)
  return refused(
    `${subject} is ${quoted(text)}, not one of ${list}`,
    near === undefined ? `choose one of ${list}` : `write ${near}`,
  )
}
