import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { z } from 'zod'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome } from '../support/agent-home.ts'

/** A command line, its exit code, and what it says on stderr. */
const mistakes: readonly (readonly [line: string, code: number, says: readonly string[]])[] = [
  ['', 2, ['Usage: agent [options] <command>']],
  ['proxy', 2, ['Usage: agent proxy']],
  ['nosuch', 2, ['error: unknown command "nosuch"', 'fix: agent --help']],
  ['lsit', 2, ['error: unknown command "lsit"', 'fix: write list']],
  ['help nosuch', 2, ['error: unknown command "nosuch"', 'fix: agent --help']],
  ['nosuch --help', 2, ['error: unknown command "nosuch"']],
  ['run --nmae x', 2, ['error: unknown option "--nmae"', 'fix: write --name']],
  ['proxy strat', 2, ['error: unknown command "strat"', 'fix: write start']],
  ['proxy start --service', 2, ['--service goes with --foreground']],
  ['run --sandbox maybe', 2, ['--sandbox "maybe" is not one of gvisor, auto, none']],
  ['run --runtime podman', 2, ['--runtime "podman" is not one of docker, apple, embedded']],
  ['run --name Not_A_Label', 2, ['the name "Not_A_Label"', 'fix: write not-a-label']],
  ['run --port 70000', 2, ['port "70000" is not a number from 0 to 65535']],
  ['run -e =x', 2, ['a variable has an empty name', 'fix: write NAME=value']],
  ['run -e AGENTOPS_URL=x', 2, ['variable "AGENTOPS_URL" is set by agent']],
  ['run --env-file nosuch.env', 2, ['the env file "nosuch.env" cannot be read']],
  ['run -m relative', 2, ['mount "relative" has no target', 'fix: write source:target']],
  ['run -m /nosuch:/x', 2, ['the mount source "/nosuch" does not exist']],
  ['run nosuch', 2, ['the project "nosuch" does not exist']],
  ['run --detach-keys F1', 2, ['"F1" in the detach keys "F1" is no key']],
  ['run -i -d', 2, ['a run cannot be interactive and detached']],
  ['run . npm test', 2, ['stands behind --', 'fix: agent run . -- npm test']],
  ['exec web ls', 2, ['stands behind --', 'fix: agent exec web -- ls']],
  ['exec web', 2, ['exec needs a command', 'fix: agent exec web -- sh']],
  ['url', 2, ['missing required argument "run"']],
  ['list extra', 2, ['too many arguments for "list"']],
  ['logs --tail some', 2, ['--tail "some" is no number of lines']],
  ['stop --time soon', 2, ['--time "soon" is no number of seconds']],
  ['stop --all web', 2, ['--all and names exclude each other']],
  ['route add web 3000', 2, ['the route "web" is no service.agent']],
  ['route add web.app nowhere', 2, ['the upstream "nowhere" is no port and no host:port']],
  ['route remove web.app', 1, ['web.app']],
  ['url web', 1, ['there is no run "web"']],
  ['attach web', 1, ['there is no run "web"']],
  ['exec web -- ls', 1, ['there is no run']],
  ['logs', 1, ['there is no run yet']],
  ['stop', 1, ['there is no running run', 'fix: agent list -a']],
  ['destroy', 1, ['there is no ended run', 'fix: agent list -a']],
]

for (const [line, code, says] of mistakes)
  engineTest(`agent ${line} is told what is wrong, with exit code ${code}`, async () => {
    await using home = new AgentHome()
    const found = await home.agent(line.split(' ').filter(Boolean), { cwd: home.project('p') })
    for (const text of says) expect(found.stderr).toContain(text)
    expect(found).toMatchObject({ code, stdout: '' })
  })

const problem = z.strictObject({
  error: z.string(),
  fixes: z.array(z.string()).min(1),
  exitCode: z.number(),
})

engineTest('with --json an error is one object on stdout', async () => {
  await using home = new AgentHome()
  for (const line of ['nosuch --json', '--json nosuch', 'list --json extra']) {
    const { code, stdout, stderr } = await home.agent(line.split(' '))
    expect([line, code, stderr]).toEqual([line, 2, ''])
    expect(problem.parse(JSON.parse(stdout))).toMatchObject({ exitCode: 2 })
  }
  // What stands behind -- is not ours.
  const project = home.project('p')
  const inner = await home.agent(['run', 'nosuch', '--', 'tool', '--json'], { cwd: project })
  expect(inner).toMatchObject({ code: 2, stdout: '' })
})

engineTest('with --json several problems of a configuration are one object', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': 'prots: { web: 1 }\nsandbox: maybe\n' })
  const { code, stdout, stderr } = await home.agent(['run', '--json', project])
  expect([code, stderr]).toEqual([2, ''])
  const several = problem.extend({ problems: z.array(problem.omit({ exitCode: true })) })
  const found = several.parse(JSON.parse(stdout))
  expect(found.problems.map(({ error }) => error)).toEqual(found.error.split('\n'))
  expect(found).toMatchObject({ exitCode: 2, problems: [{ fixes: ['did you mean ports?'] }, {}] })
})

engineTest('whatever only reads makes nothing in an empty home', async () => {
  await using home = new AgentHome()
  const lines = ['list', 'ls -a', 'status', 'proxy status', 'proxy stop', 'route list', 'version']
  for (const line of [...lines, '--help', 'run --help', 'help run', '--version'])
    expect([line, (await home.agent(line.split(' '))).code]).toEqual([line, 0])
  expect(readdirSync(join(home.dir, 'home'))).toEqual([])
})

engineTest('a dry run prints the plan without a value, and touches nothing', async () => {
  const canary = 'a-value-that-nobody-shows'
  await using home = new AgentHome({ env: { CANARY: canary } })
  const project = home.project('p', {
    'agent.yaml': `image: busybox:latest
interactive: true
ports: { web: 3000, api: 8080 }
env: { FROM_FILE: ${canary} }
`,
    'some.env': `FROM_ENV_FILE=${canary}\n`,
  })
  const flags = ['-e', 'CANARY', '-e', `GIVEN=${canary}`, '--env-file', join(project, 'some.env')]
  const words = ['run', '--dry-run', '--name', 'planned', ...flags, project, '--', 'echo', 'hi']
  const { code, stdout, stderr } = await home.agent(words)
  expect(code).toBe(0)
  for (const fact of ['planned', project, 'busybox:latest', 'web on port 3000', '["echo","hi"]'])
    expect(stdout).toContain(fact)
  expect(stdout).toContain('CANARY, FROM_ENV_FILE, FROM_FILE, GIVEN')
  const json = await home.agent([...words.slice(0, 2), '--json', ...words.slice(2)])
  expect(JSON.parse(json.stdout)).toMatchObject({
    name: 'planned',
    workspace: project,
    image: 'busybox:latest',
    command: ['echo', 'hi'],
    services: [
      { name: 'web', containerPort: 3000 },
      { name: 'api', containerPort: 8080 },
    ],
    envNames: ['CANARY', 'FROM_ENV_FILE', 'FROM_FILE', 'GIVEN'],
    interactive: true,
  })
  expect(`${stdout}${stderr}${json.stdout}${json.stderr}`).not.toContain(canary)
  expect(existsSync(home.stateDir)).toBe(false)
})

engineTest('the command reference names exactly the commands that the program offers', async () => {
  await using home = new AgentHome()
  const reference = readFileSync(
    join(import.meta.dirname, '..', '..', '..', 'docs', 'reference', 'cli.md'),
    'utf8',
  )
  const [available = '', missing = ''] = reference.split('## Not available yet')
  const documented = new Set(
    [...available.matchAll(/(?:`|^## |^## .*, )agent ((?:proxy |route |deps |system )?[a-z]+)/gm)]
      .map(([, name]) => name)
      .filter((name) => !['proxy', 'route', 'deps', 'system'].includes(name ?? '')),
  )
  const offered = new Set(await commandsOf(home, []))
  expect([...offered].filter((name) => !documented.has(name))).toEqual([])
  expect([...documented].filter((name) => !offered.has(name ?? ''))).toEqual([])
  for (const [, name = ''] of missing.matchAll(/`([a-z]+)`/g)) expect(offered).not.toContain(name)
})

engineTest('help of a command is what the command says with --help', async () => {
  await using home = new AgentHome()
  for (const command of ['run', 'ls', 'proxy', 'proxy start'])
    expect(await home.answer(['help', ...command.split(' ')])).toBe(
      await home.answer([...command.split(' '), '--help']),
    )
  expect(await home.answer(['help'])).toBe(await home.answer(['--help']))
})

/** Names and aliases of commands and their subcommands, from the program's own help; a group counts by what is in it. */
async function commandsOf(home: AgentHome, path: readonly string[]): Promise<string[]> {
  const help = await home.answer([...path, '--help'])
  const [, list = ''] = help.split('\nCommands:\n')
  const entries = [...list.matchAll(/^ {2}([a-z]+)(?:\|([a-z]+))?( \[options\])?.*$/gm)]
  const nested = entries
    .filter(([, name]) => name !== 'help')
    .map(async ([, name = '', alias]): Promise<string[]> => {
      const inner = path.length > 0 ? [] : await commandsOf(home, [name])
      if (inner.length > 0) return inner
      return [name, ...(alias === undefined ? [] : [alias])].map((each) =>
        [...path, each].join(' '),
      )
    })
  return (await Promise.all(nested)).flat()
}
