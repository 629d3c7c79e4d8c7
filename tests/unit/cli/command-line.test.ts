import { describe, expect, test } from 'bun:test'
import { CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { createProgram } from '../../../src/cli/program.ts'
import { usageProblem } from '../../../src/cli/usage-problem.ts'
import { UserError } from '../../../src/lib/errors.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { knownCommands } from '../docs/parse-command-line.ts'
import { AnApp } from './an-app.ts'

/** Names of all commands, subcommands too. */
const COMMANDS = (await knownCommands()).map(({ name }) => name)

describe('the command line', () => {
  test('has every command that is promised and is there', () => {
    const promised =
      'run attach exec list stop destroy logs url open proxy route build deps schema status version'.split(
        ' ',
      )
    const parts = ['proxy start', 'proxy stop', 'proxy restart', 'proxy status'].concat(
      'route add',
      'route list',
      'route remove',
      'deps list',
      'deps info',
    )
    for (const name of [...promised, ...parts]) expect(COMMANDS).toContain(name)
  })

  test.each(COMMANDS)('explains %s', async (name) => {
    using app = new AnApp()
    const help = await helpOf(app, name.split(' '))
    expect(help).toContain(`Usage: agent ${name}`)
    expect(help).toContain('--json')
  })

  test('makes only the command that is wanted, by name and by alias', async () => {
    using app = new AnApp()
    for (const [wanted, made] of [
      ['list', 'list'],
      ['ls', 'list'],
      ['proxy', 'proxy'],
    ]) {
      const program = await createProgram(app.context, [], wanted)
      expect(program.commands.map((command) => command.name())).toEqual([made ?? ''])
    }
    const all = await createProgram(app.context, [], 'lst')
    expect(all.commands.length).toBeGreaterThan(10)
  })
})

describe('a global flag', () => {
  test.each([
    '--json list',
    'list --json',
    'proxy status --json',
    'proxy --json status',
    '--json proxy status',
    '--json version --json',
  ])('is heeded in agent %s', async (line) => {
    using app = new AnApp()
    await app.run(...line.split(' '))
    const answer: unknown = JSON.parse(app.output.answers.join('\n'))
    expect(answer).toBeObject()
  })

  test('--no-color, NO_COLOR and a dumb terminal are respected, wherever they are said', async () => {
    expect(await bold({}, 'list')).toBe(true)
    expect(await bold({}, 'list', '--no-color')).toBe(false)
    expect(await bold({}, '--no-color', 'list')).toBe(false)
    expect(await bold({ NO_COLOR: '1' }, 'list')).toBe(false)
    expect(await bold({ NO_COLOR: '' }, 'list')).toBe(true)
    expect(await bold({ TERM: 'dumb' }, 'list')).toBe(false)
  })
})

describe('a mistake on the command line', () => {
  const table: [string, string, string][] = [
    ['nosuch', 'unknown command "nosuch"', 'agent --help'],
    ['lsit', 'unknown command "lsit"', 'write list'],
    ['run --nam x', 'unknown option "--nam"', 'write --name'],
    [
      'list a',
      'too many arguments for "list", expected 0 arguments but got 1',
      'agent list --help',
    ],
    ['run a npm test', 'the command of run stands behind --', 'agent run a -- npm test'],
    ['exec web ls', 'the command of exec stands behind --', 'agent exec web -- ls'],
    ['attach', 'missing required argument "run"', 'agent attach --help'],
    ['deps info', 'missing required argument "name"', 'agent deps info --help'],
    ['run --name', 'option "--name <name>" has no value', 'agent run --help'],
    [
      'run --sandbox x',
      '--sandbox "x" is not one of gvisor, auto, none',
      'choose one of gvisor, auto, none',
    ],
    [
      'completion tcsh',
      'shell "tcsh" is not one of bash, zsh, fish',
      'choose one of bash, zsh, fish',
    ],
    ['stop --time soon', '--time "soon" is no number of seconds', '--time 10'],
    ['logs --tail some', '--tail "some" is no number of lines', '--tail 100, or --tail all'],
    ['exec web', 'exec needs a command', 'agent exec web -- sh'],
    ['route add web 3000', 'the route "web" is no service.agent', 'write it like web.myapp'],
    [
      'route add web.a x',
      'the upstream "x" is no port and no host:port',
      'write it like 3000 or 127.0.0.1:3000',
    ],
  ]
  test.each(table)('agent %s: %s', async (line, what, fix) => {
    using app = new AnApp()
    const error = usageProblem(await rejectionOf(app.run(...line.split(' '))))
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({ message: what, exitCode: 2 })
    expect(error instanceof UserError ? error.fixes[0] : '').toBe(fix)
  })

  test('shows the value, whatever it is, and is no other kind of error', () => {
    const own = new Error('ours')
    expect(usageProblem(own)).toBe(own)
    const error = new CommanderError(1, 'x', "error: unknown command 'a.\u001b[31m'.")
    expect(usageProblem(error)).toMatchObject({ message: 'unknown command "a.\u001b[31m"' })
  })
})

/** Whether a command line shows anything in bold. */
async function bold(env: Record<string, string>, ...words: string[]): Promise<boolean> {
  using app = new AnApp({ isTty: true, env })
  await app.run(...words)
  return app.output.answers.join('').includes('\u001b[')
}

/** What `--help` prints, with which the parser then ends. */
async function helpOf(app: AnApp, words: readonly string[]): Promise<string> {
  let text = ''
  const program = await createProgram(app.context, [])
  const hear = (command: CommandUnknownOpts): void => {
    command.configureOutput({ writeOut: (part) => (text += part) })
    for (const child of command.commands) hear(child)
  }
  hear(program)
  const error = await rejectionOf(program.parseAsync([...words, '--help'], { from: 'user' }))
  expect(error).toMatchObject({ code: 'commander.helpDisplayed', exitCode: 0 })
  return text
}
