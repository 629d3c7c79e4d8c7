import { expect } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { skippedTest } from '../../engine/test-engine.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { AgentHome, homeWithoutEngine } from '../support/agent-home.ts'

function git(folder: string, ...words: string[]): string {
  const named = ['-c', 'user.name=n', '-c', 'user.email=a@b', ...words]
  return execFileSync('git', named, { cwd: folder }).toString()
}

/** Each starts a few runs. */
function workspaceTest(name: string, run: () => Promise<void>): void {
  embeddedTest(name, run, 30_000)
}

const RUN = ['run', '--runtime', 'embedded']

workspaceTest(
  'a git worktree is a workspace: what is committed inside is there outside',
  async () => {
    await using home = homeWithoutEngine()
    const main = home.project('main', { 'a.txt': 'a' })
    git(main, 'init', '-q')
    git(main, 'add', '.')
    git(main, 'commit', '-qm', 'first')
    const branch = join(home.dir, 'branch')
    git(main, 'worktree', 'add', '-q', branch)
    const script =
      'echo b > b.txt && git add b.txt && git -c user.name=n -c user.email=a@b commit -qm second && git log --format=%s'
    expect(await home.answer([...RUN, branch, '--', 'sh', '-c', script])).toBe('second\nfirst')
    expect(git(branch, 'log', '--format=%s')).toBe('second\nfirst\n')
  },
)

workspaceTest(
  'a program of the user is found where it is mounted, and else the way is told',
  async () => {
    await using home = homeWithoutEngine()
    const tools = join(home.dir, 'home', 'tools')
    mkdirSync(tools)
    const tool = join(tools, 'mytool')
    writeFileSync(tool, '#!/bin/sh\necho from the host\n')
    chmodSync(tool, 0o755)
    const project = home.project('p')
    const mounted = [...RUN, '--mount', `${tools}:/tools:ro`, project, '--', '/tools/mytool']
    expect(await home.answer(mounted)).toBe('from the host')
    const { code, stderr } = await home.agent([...RUN, project, '--', 'mytool'])
    expect(code).toBe(127)
    expect(stderr).toContain('the command "mytool" was not found')
    expect(stderr).toContain('agent run --mount')
  },
)

workspaceTest('a program that dependencies name is found behind a version manager', async () => {
  await using home = homeWithoutEngine()
  const installation = join(home.dir, 'home', '.versions', 'node')
  mkdirSync(join(installation, 'bin'), { recursive: true })
  const node = join(installation, 'bin', 'node')
  writeFileSync(
    node,
    `#!/bin/sh\nif [ "$1" = -p ]; then printf 'v22.1.0\\n%s\\n' ${node}; else echo "this is node 22"; fi\n`,
  )
  chmodSync(node, 0o755)
  const shims = join(home.dir, 'home', 'shims')
  mkdirSync(shims)
  const shim = join(shims, 'node')
  writeFileSync(shim, `#!/bin/sh\nexec ${node} "$@"\n`)
  chmodSync(shim, 0o755)
  const project = home.project('p', { 'agent.yaml': 'dependencies: [node@22]\n' })
  const env = { PATH: `${shims}:${home.env['PATH']}` }
  const { code, stdout } = await home.agent([...RUN, project, '--', 'node', 'x'], { env })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'this is node 22\n' })
  const other = home.project('q', { 'agent.yaml': 'dependencies: [node@20]\n' })
  const refused = await home.agent([...RUN, other, '--', 'node'], { env })
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('node@20 is asked for, and this machine has 22.1.0')
  expect(refused.stderr).toContain('install Docker Engine')
})

const chosenTest = existsSync('/var/run/docker.sock')
  ? (name: string): void => skippedTest(name, 'an engine is installed on this machine')
  : workspaceTest

chosenTest('without an engine it is chosen by itself, and says what it is', async () => {
  // No engine is named, so the usual places are tried.
  await using home = new AgentHome({ env: { DOCKER_HOST: '' } })
  const { code, stdout, stderr } = await home.agent(['run', home.project('p'), '--', 'echo', 'hi'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'hi\n' })
  expect(stderr).toContain('runtime: embedded')
  const gvisor = ['run', '--sandbox', 'gvisor', home.project('p'), '--', 'true']
  const refused = await home.agent(gvisor)
  expect(refused.code).toBe(125)
  expect(refused.stderr).toContain('no container engine answers')
})

const refusals: readonly [yaml: string, what: string, why: string][] = [
  ['image: busybox', 'image: busybox', 'it has no images'],
  ['dependencies: ["npm:prettier"]', 'npm:prettier', 'it has no images'],
  ['dependencies: ["docker:host"]', 'docker:host', 'there is no engine whose socket'],
  ['dependencies: [no-such-program]', 'no-such-program', ''],
  ['container: { user: image }', 'container.user: image', 'there is no image'],
]

for (const [yaml, what, why] of refusals)
  workspaceTest(`${yaml} is refused with the reason and what works`, async () => {
    await using home = homeWithoutEngine()
    const project = home.project('p', { 'agent.yaml': `${yaml}\n` })
    const { code, stderr } = await home.agent([...RUN, project, '--', 'true'])
    expect(code).toBe(2)
    expect(stderr).toContain(what)
    expect(stderr).toContain(why)
    expect(stderr).toContain('fix: ')
  })

workspaceTest('a mount where nothing can be made is refused with a place that works', async () => {
  await using home = homeWithoutEngine()
  const file = join(home.dir, 'home', 'file')
  writeFileSync(file, 'here\n')
  const project = home.project('p')
  const refused = await home.agent([
    ...RUN,
    '--mount',
    `${file}:/opt/x/file`,
    project,
    '--',
    'true',
  ])
  expect(refused.code).toBe(125)
  expect(refused.stderr).toContain('nothing can be mounted at "/opt/x/file"')
  expect(refused.stderr).toContain('fix: mount it below /workspace')
  const there = [...RUN, '--mount', `${file}:/home/agent/x/file:ro`, project, '--']
  expect(await home.answer([...there, 'cat', '/home/agent/x/file'])).toBe('here')
})
