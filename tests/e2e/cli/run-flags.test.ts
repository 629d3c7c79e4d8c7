import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { z } from 'zod'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, docker } from '../support/agent-home.ts'

const BUSYBOX = 'image: busybox:latest\nsandbox: none\n'

engineTest('variables come from agent.yaml, files and flags, later ones winning', async () => {
  await using home = new AgentHome({ env: { PASSED: 'from here', SECRET: 'hush' } })
  const project = home.project('p', {
    'agent.yaml': `${BUSYBOX}env: { A: yaml, B: yaml, C: yaml }\n`,
    'one.env': '# a comment\nB=file\nC=file\nSPACED= kept \nSECRET\n',
    'two.env': 'D=second file\n',
  })
  const files = ['one.env', 'two.env'].flatMap((file) => ['--env-file', join(project, file)])
  const flags = ['-e', 'C=flag', '-e', 'PASSED', '-e', 'ABSENT', '-e', 'EMPTY=', ...files]
  const show = 'echo "$A|$B|$C|$D|$SPACED|$SECRET|$PASSED|${ABSENT-unset}|${EMPTY-unset}"'
  const { code, stdout, stderr } = await home.agent([
    'run',
    ...flags,
    project,
    '--',
    'sh',
    '-c',
    show,
  ])
  expect(stdout).toBe('yaml|file|flag|second file| kept |hush|from here|unset|\n')
  expect(stderr).toContain('ABSENT is not set here')
  expect(code).toBe(0)
})

engineTest('a bad env file is told with all its places', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX, 'bad.env': 'two words\n=x\n' })
  const found = await home.agent(['run', '--env-file', join(project, 'bad.env'), project])
  expect(found.code).toBe(2)
  expect(found.stderr).toContain('bad.env:1:1: variable name "two words"')
  expect(found.stderr).toContain('bad.env:2:1: a variable has an empty name')
})

engineTest('mounts are there, read-only ones only to read', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  const outside = home.project('outside', { 'a.txt': 'one\n' })
  const mounts = ['-m', `${outside}:/rw`, '-m', `${outside}:/ro:ro`, '-m', 'outside/a.txt:/file:ro']
  const script = 'cat /file && echo two > /rw/b.txt && cat /ro/b.txt && ! echo x > /ro/c.txt'
  const { code, stdout } = await home.agent(['run', ...mounts, project, '--', 'sh', '-c', script])
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'one\ntwo\n' })
  expect(readFileSync(join(outside, 'b.txt'), 'utf8')).toBe('two\n')
})

engineTest('what gives away more than a project is refused, unless it is meant', async () => {
  await using home = new AgentHome()
  const ownHome = join(home.dir, 'home')
  mkdirSync(join(ownHome, '.ssh'))
  writeFileSync(join(ownHome, 'agent.yaml'), BUSYBOX)
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  const refused: readonly (readonly [words: string[], what: string])[] = [
    [[ownHome], 'your whole home folder'],
    [[home.dir], 'your whole home folder'],
    [['-m', '/:/host', project], 'the whole machine'],
    [['-m', `${ownHome}/.ssh:/keys:ro`, project], 'your SSH keys'],
    [['-m', `${home.dir}:/up`, project], 'your whole home folder'],
  ]
  for (const [words, what] of refused) {
    const { code, stderr } = await home.agent(['run', ...words, '--', 'true'])
    expect([words, code]).toEqual([words, 2])
    expect(stderr).toContain(what)
    expect(stderr).toContain('fix: agent run --allow-unsafe-mount')
  }
  const meant = ['run', '--allow-unsafe-mount', ownHome, '--', 'ls', '-a']
  expect((await home.agent(meant)).stdout).toContain('.ssh')
  const fromFile = home.project('q', { 'agent.yaml': `${BUSYBOX}mounts: [/etc:/etc-of-host]\n` })
  const asked = (await home.agent(['run', fromFile])).stderr
  expect(asked).toContain('mounts: /etc:/etc-of-host')
  expect(asked).toContain('fix: agent run --mount /etc:/etc-of-host')
})

engineTest('--keep keeps the container until destroy', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  const kept = await home.agent([
    'run',
    '--keep',
    '--name',
    'a',
    project,
    '--',
    'sh',
    '-c',
    'exit 4',
  ])
  expect(kept.code).toBe(4)
  const id = /run_[0-9a-f]{12}/.exec(await home.answer(['list', '-a']))?.[0]
  const containers = (): Promise<string> =>
    docker(['ps', '-a', '--filter', `label=agentops.run-id=${id}`, '--format', '{{.Status}}'])
  expect(await containers()).toContain('Exited (4)')
  expect(await home.answer(['destroy', 'a'])).toBe('a')
  expect(await containers()).toBe('')
  expect(await home.json(['list', '-a'])).toEqual({ runs: [] })
})

engineTest('--timings says how long each step took', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  const { stdout, stderr } = await home.agent(['run', '--timings', project, '--', 'echo', 'hi'])
  expect(stdout).toBe('hi\n')
  for (const step of ['detect', 'create', 'start'])
    expect(stderr).toMatch(new RegExp(`^ +${step} +[0-9.]+ ms$`, 'm'))
})

/** A line of an attached run's events. */
const runEvent = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('status'), text: z.string() }),
  z.strictObject({ event: z.literal('notice'), text: z.string() }),
  z.strictObject({
    event: z.literal('started'),
    id: z.string().regex(/^run_[0-9a-f]{12}$/),
    name: z.string(),
    services: z.array(z.strictObject({ name: z.string(), url: z.url() })),
  }),
  z.strictObject({
    event: z.literal('timings'),
    steps: z.array(z.strictObject({ step: z.string(), ms: z.number() })).min(3),
  }),
  z.strictObject({ event: z.literal('ended'), id: z.string(), exitCode: z.number() }),
])

engineTest('with --json an attached run tells its events on stderr', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': `${BUSYBOX}ports: { web: 3000 }\n` })
  const words = [
    'run',
    '--json',
    '--timings',
    '--name',
    'a',
    project,
    '--',
    'sh',
    '-c',
    'echo out; exit 3',
  ]
  const { code, stdout, stderr } = await home.agent(words)
  expect({ code, stdout }).toEqual({ code: 3, stdout: 'out\n' })
  const events = stderr
    .trim()
    .split('\n')
    .map((line) => runEvent.parse(JSON.parse(line)))
  expect(events.map(({ event }) => event)).toEqual([
    'status',
    'notice',
    'started',
    'timings',
    'ended',
  ])
  expect(events[2]).toMatchObject({ name: 'a', services: [{ name: 'web' }] })
  expect(events.at(-1)).toMatchObject({ event: 'ended', exitCode: 3 })
})

engineTest(
  'files made in the project belong to the user, and the home inside is writable',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': 'image: node:22-slim\nsandbox: none\n' })
    const script =
      'echo x > made.txt && mkdir -p ~/.cache/tool && echo y > ~/.cache/tool/file && npm config set color=false && echo done'
    const { code, stdout } = await home.agent(['run', project, '--', 'sh', '-c', script])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' })
    const made = statSync(join(project, 'made.txt'))
    expect([made.uid, made.gid]).toEqual([process.getuid?.() ?? -1, process.getgid?.() ?? -1])
  },
)
