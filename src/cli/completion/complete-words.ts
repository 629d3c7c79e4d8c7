import type { Argument, CommandUnknownOpts } from '@commander-js/extra-typings'
import { printable } from '../../lib/printable.ts'
import type { AppContext } from '../app-context.ts'
import { createProgram } from '../program.ts'
import type { Candidate } from './candidate.ts'
import { routeCandidates, runCandidates, serviceCandidates } from './known-names.ts'
import { type Place, placeOf } from './place.ts'

/** What can stand at a place; paths are looked for by the shell itself. */
type Answer = readonly Candidate[] | 'files' | 'folders'

/**
 * The lines that `agent __complete` answers a shell with, for the words behind `agent`, of which the last is being
 * typed: `value TAB description` for each that begins with it, or `:files` or `:folders` for the shell to find.
 */
export async function completeWords(app: AppContext, words: readonly string[]): Promise<string[]> {
  const wanted = words.slice(0, -1).find((word) => !word.startsWith('-'))
  const place = placeOf(await createProgram(app, [], wanted), words)
  if (place === undefined) return [':files']
  const answer = await answerFor(app, place)
  if (typeof answer === 'string') return [`:${answer}`]
  return answer
    .filter(({ value }) => value.startsWith(place.typed) && value === printable(value))
    .map(({ value, about }) => `${place.before}${value}\t${printable(about)}`)
}

async function answerFor(app: AppContext, place: Place): Promise<Answer> {
  const { command, option, typed } = place
  if (option !== undefined) return optionValues(option.argChoices, option.flags)
  if (typed.startsWith('-')) return flags(place)
  if (command.commands.length > 0) return place.args.length > 0 ? [] : subcommands(command)
  const argument = argumentAt(command, place.args.length)
  if (argument === undefined) return flags(place)
  return argumentValues(app, place, argument)
}

/** The choices of an option; files where its placeholder says so. */
function optionValues(choices: readonly string[] | undefined, flagText: string): Answer {
  if (choices !== undefined) return choices.map((value) => ({ value, about: '' }))
  return /<(file|src:)/.test(flagText) ? 'files' : []
}

/** The flags that can still be given; those that are collected may stand again. */
function flags({ command, used }: Place): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => option.parseArg !== undefined || !used.has(option))
    .map(({ long, short, description }) => ({ value: long ?? short ?? '', about: description }))
}

function subcommands(command: CommandUnknownOpts): Candidate[] {
  const help = command.createHelp()
  return help
    .visibleCommands(command)
    .map((below) => ({ value: below.name(), about: help.subcommandDescription(below) }))
}

/** The last argument may stand for any number. */
function argumentAt(command: CommandUnknownOpts, index: number): Argument | undefined {
  const { registeredArguments } = command
  const last = registeredArguments.at(-1)
  return registeredArguments[index] ?? (last?.variadic === true ? last : undefined)
}

/** Commands that have something to do with an ended run. */
const OF_ENDED_RUNS = ['destroy', 'logs', 'audit']

async function argumentValues(app: AppContext, place: Place, argument: Argument): Promise<Answer> {
  const { command, args, typed } = place
  if (argument.argChoices !== undefined) return optionValues(argument.argChoices, '')
  const meaning = `${command.parent?.name() ?? ''} ${command.name()} ${argument.name()}`
  switch (argument.name()) {
    case 'path':
      return 'folders'
    case 'run': {
      const ended = OF_ENDED_RUNS.includes(command.name())
      return runCandidates(app, { ended, typed }).filter(({ value }) => !args.includes(value))
    }
    case 'service':
      return serviceCandidates(app, args[0] ?? '')
    default:
      if (meaning === 'route remove name') return routeCandidates(app)
      return meaning === 'deps info name' ? dependencyNames() : []
  }
}

async function dependencyNames(): Promise<Candidate[]> {
  const { CATALOGUE } = await import('../../image/catalogue.ts')
  return [...CATALOGUE.keys()].map((value) => ({ value, about: '' }))
}
