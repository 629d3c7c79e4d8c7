import type { Argument, CommandUnknownOpts, Option } from '@commander-js/extra-typings'

/**
 * agent(1) from the real parser, in the man macros of groff: every command with its arguments and options.
 *
 * @param date in the foot, `2026-11-24`
 */
export function manPage(
  program: CommandUnknownOpts,
  { version, date }: { version: string; date: string },
): string {
  const shared = new Set(program.options.map(({ flags }) => flags))
  const lines = [
    `.TH AGENT 1 "${text(date)}" "agent ${text(version)}" "User Commands"`,
    '.SH NAME',
    'agent \\- run coding agents in isolated containers and reach what they serve by name',
    '.SH SYNOPSIS',
    '.B agent',
    '.RI [ options ] " command " [ arguments ]',
    '.SH DESCRIPTION',
    text(program.description()),
    '.SH OPTIONS',
    ...program.options.flatMap(optionLines),
    '.SH COMMANDS',
    ...program.commands.flatMap((command) => commandLines(command, ['agent'], shared)),
    '.SH EXIT STATUS',
    '0 when it worked, 1 when it failed, 2 for a command line or a configuration that is wrong.',
    text(
      "run, attach and exec pass on the command's own; 125 when it never ran, 126 and 127 as shells have them, 130 after an interrupt.",
    ),
    '.SH FILES',
    '.TP',
    '.I agent.yaml',
    'what a project runs as',
    '.TP',
    text('~/.agentops'),
    'state and configuration; AGENTOPS_HOME moves it',
  ]
  return `${lines.join('\n')}\n`
}

function commandLines(
  command: CommandUnknownOpts,
  path: readonly string[],
  shared: ReadonlySet<string>,
): string[] {
  const own = [...path, command.name()]
  const options = command.options.filter(({ flags, hidden }) => !hidden && !shared.has(flags))
  return [
    `.SS "${text([...own, usageOf(command)].join(' ').trim())}"`,
    text(command.description() || command.summary()),
    ...command.registeredArguments.flatMap(argumentLines),
    ...options.flatMap(optionLines),
    ...command.commands.flatMap((child) => commandLines(child, own, shared)),
  ]
}

function usageOf(command: CommandUnknownOpts): string {
  return command.usage().replace('[options]', '').trim()
}

function argumentLines(argument: Argument): string[] {
  if (argument.description === '') return []
  return ['.TP', `.I ${text(argument.name())}`, text(argument.description)]
}

function optionLines({ flags, description, defaultValue }: Option): string[] {
  const usual = typeof defaultValue === 'string' ? ` (default ${defaultValue})` : ''
  return ['.TP', `.B ${text(flags)}`, text(description + usual)]
}

/** Words as groff prints them: a leading dot or quote is no request, a minus no hyphen. */
function text(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replace(/^[.']/, '\\&$&')
    .replaceAll('\n', ' ')
}
