import type { AppContext } from './app-context.ts'
import { newCommand } from './global-options.ts'
import { versionLine } from './version-line.ts'

/** Every command, in the order of the help, each loaded when it is needed. */
const COMMANDS: readonly CommandEntry[] = [
  {
    names: ['run'],
    load: async (app, rest) => (await import('./run-command.ts')).runCommand(app, rest),
  },
  {
    names: ['list', 'ls'],
    load: async (app) => (await import('./list-command.ts')).listCommand(app),
  },
  {
    names: ['stop'],
    load: async (app) => (await import('./stop-command.ts')).stopCommand(app),
  },
  {
    names: ['destroy'],
    load: async (app) => (await import('./destroy-command.ts')).destroyCommand(app),
  },
  {
    names: ['logs'],
    load: async (app) => (await import('./logs-command.ts')).logsCommand(app),
  },
  {
    names: ['url'],
    load: async (app) => (await import('./url-command.ts')).urlCommand(app),
  },
  {
    names: ['open'],
    load: async (app) => (await import('./open-command.ts')).openCommand(app),
  },
  {
    names: ['attach'],
    load: async (app) => (await import('./attach-command.ts')).attachCommand(app),
  },
  {
    names: ['exec'],
    load: async (app, rest) => (await import('./exec-command.ts')).execCommand(app, rest),
  },
  {
    names: ['audit'],
    load: async (app) => (await import('./audit-command.ts')).auditCommand(app),
  },
  {
    names: ['route'],
    load: async (app) => (await import('./route-command.ts')).routeCommand(app),
  },
  {
    names: ['proxy'],
    load: async (app) => (await import('./proxy-command.ts')).proxyCommand(app),
  },
  {
    names: ['init'],
    load: async (app) => (await import('./init-command.ts')).initCommand(app),
  },
  {
    names: ['trust'],
    load: async (app) => (await import('./trust-command.ts')).trustCommand(app),
  },
  {
    names: ['build'],
    load: async (app) => (await import('./build-command.ts')).buildCommand(app),
  },
  {
    names: ['deps'],
    load: async (app) => (await import('./deps-command.ts')).depsCommand(app),
  },
  {
    names: ['schema'],
    load: async (app) => (await import('./schema-command.ts')).schemaCommand(app),
  },
  {
    names: ['status'],
    load: async (app) => (await import('./status-command.ts')).statusCommand(app),
  },
  {
    names: ['system'],
    load: async (app) => (await import('./system-command.ts')).systemCommand(app),
  },
  {
    names: ['clean'],
    load: async (app) => (await import('./clean-command.ts')).cleanCommand(app),
  },
  {
    names: ['doctor'],
    load: async (app) => (await import('./doctor-command.ts')).doctorCommand(app),
  },
  {
    names: ['completion'],
    load: async (app) => (await import('./completion-command.ts')).completionCommand(app),
  },
  {
    names: ['version'],
    load: async (app) => (await import('./version-command.ts')).versionCommand(app),
  },
]

type CommandEntry = {
  /** The name, then its aliases. */
  names: readonly string[]
  load: (app: AppContext, rest: readonly string[]) => Promise<AnyCommand>
}

/** A command whatever its options are. */
type AnyCommand = Parameters<ReturnType<typeof newCommand>['addCommand']>[0]

/**
 * What the parser is given for a command line: `help x` is `x --help`, and of a word that is no command nothing else
 * counts. To both the parser itself says nothing but the general help.
 */
export function parsedWords(words: readonly string[]): readonly string[] {
  const [first = '', ...others] = words
  if (first === 'help' && others.length > 0) return parsedWords([...others, '--help'])
  const isCommand = COMMANDS.some(({ names }) => names.includes(first))
  return isCommand || first === 'help' || first === '' || first.startsWith('-') ? words : [first]
}

/**
 * The parser. With `wanted`, the first word of the command line, only that command is made, which is
 * most of what starting a short command costs; without a match (help, a misspelt name) all are.
 * @param rest what follows `--` on the command line
 */
export async function createProgram(app: AppContext, rest: readonly string[], wanted?: string) {
  const program = newCommand('agent')
    .description('Run coding agents in isolated containers, and reach what they serve by name.')
    .usage('[options] <command>')
    .version(versionLine(app.build), '--version', 'print the version')
  const only = COMMANDS.filter(({ names }) => wanted !== undefined && names.includes(wanted))
  for (const { load } of only.length > 0 ? only : COMMANDS)
    program.addCommand(await load(app, rest))
  return program
}
