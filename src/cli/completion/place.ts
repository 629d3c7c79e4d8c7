import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings'

/** Where on a command line a word is typed. */
export type Place = {
  command: CommandUnknownOpts
  /** The arguments before the word. */
  args: readonly string[]
  /** The options before the word. */
  used: ReadonlySet<Option>
  /** The option whose value the word is. */
  option?: Option
  /** What is typed of that value, or of the word. */
  typed: string
  /** What stands before `typed` in the same word: `--sandbox=`. */
  before: string
}

/**
 * Finds what the last of the words is, as the parser would read those before it. Undefined behind `--`, where another
 * program's words stand.
 */
export function placeOf(program: CommandUnknownOpts, words: readonly string[]): Place | undefined {
  const word = words.at(-1) ?? ''
  const place: Reading = { command: program, args: [], used: new Set() }
  let pending: Option | undefined
  for (const earlier of words.slice(0, -1)) {
    if (pending !== undefined) pending = undefined
    else if (earlier === '--') return undefined
    else if (earlier.startsWith('-')) pending = readFlag(place, earlier)
    else readArgument(place, earlier)
  }
  if (pending !== undefined) return { ...place, option: pending, typed: word, before: '' }
  const [flag, value] = splitFlag(word)
  const option = value === undefined ? undefined : findOption(place.command, flag)
  if (option === undefined) return { ...place, typed: word, before: '' }
  return { ...place, option, typed: value ?? '', before: `${flag}=` }
}

type Reading = { command: CommandUnknownOpts; args: string[]; used: Set<Option> }

/** @returns the option whose value the next word is */
function readFlag(place: Reading, word: string): Option | undefined {
  const [flag, value] = splitFlag(word)
  const option = findOption(place.command, flag)
  if (option === undefined) return undefined
  place.used.add(option)
  return option.required && value === undefined ? option : undefined
}

function readArgument(place: Reading, word: string): void {
  const below = place.command.commands.find(
    (command) => command.name() === word || command.aliases().includes(word),
  )
  if (place.args.length > 0 || below === undefined) {
    // `agent help run`: what follows is a command again.
    if (!(word === 'help' && place.command.commands.length > 0)) place.args.push(word)
    return
  }
  place.command = below
  place.used = new Set()
}

/** `--name=value` in two; the value is undefined without `=`. */
function splitFlag(word: string): readonly [flag: string, value: string | undefined] {
  const end = word.startsWith('--') ? word.indexOf('=') : -1
  return end < 0 ? [word, undefined] : [word.slice(0, end), word.slice(end + 1)]
}

function findOption(command: CommandUnknownOpts, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => flag === long || flag === short)
}
