import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome } from '../support/agent-home.ts'

const BUSYBOX = 'image: busybox:latest\nsandbox: none\nports: { web: 3000 }\n'

/** Exit codes of `agent run -- sh -c` and of `agent exec -- sh -c`. */
const commands: readonly (readonly [command: string[], code: number])[] = [
  [['true'], 0],
  [['sh', '-c', 'exit 1'], 1],
  [['sh', '-c', 'exit 125'], 125],
  [['sh', '-c', 'exit 255'], 255],
  [['sh', '-c', 'kill -9 $$'], 137],
  [['sh', '-c', 'kill -15 $$'], 143],
  [['/etc/passwd'], 126],
  [['nosuch'], 127],
]

engineTest(
  'run passes on the exit code of the command',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': BUSYBOX })
    for (const [command, code] of commands)
      expect([command, (await home.agent(['run', project, '--', ...command])).code]).toEqual([
        command,
        code,
      ])
  },
  60_000,
)

engineTest('exec passes on the exit code of the command, and its streams', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  await home.answer(['run', '-d', '--name', 'a', project, '--', 'sleep', '300'])
  // The engine has one code for a command that cannot be started.
  for (const [command, code] of commands.filter(
    ([words]) => words.length !== 1 || words[0] === 'true',
  ))
    expect([command, (await home.agent(['exec', 'a', '--', ...command])).code]).toEqual([
      command,
      code,
    ])
  const missing = await home.agent(['exec', 'a', '--', 'nosuch'])
  expect(missing).toMatchObject({ code: 127, stdout: '' })
  expect(missing.stderr).toStartWith('error: the command "nosuch" was not found in the image\n')
  expect((await home.agent(['exec', 'a', '--', '/etc/passwd'])).code).toBe(126)
  const both = await home.agent(['exec', 'a', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3'])
  expect(both).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' })
})

engineTest('exec -i hands over stdin, and its end', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  await home.answer(['run', '-d', '--name', 'a', project, '--', 'sleep', '300'])
  const child = Bun.spawn([home.binary, 'exec', '-i', 'a', '--', 'sh', '-c', 'wc -c; exit 6'], {
    env: home.env,
    stdin: new Blob(['x'.repeat(300_000)]),
    stdout: 'pipe',
    stderr: 'ignore',
  })
  expect((await new Response(child.stdout).text()).trim()).toBe('300000')
  expect(await child.exited).toBe(6)
})

engineTest('125 is a container that never ran', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  const absent = home.project('q', {
    'agent.yaml': 'image: 127.0.0.1:5000/no/such:1\nsandbox: none\n',
  })
  const noImage = await home.agent(['run', absent])
  expect(noImage.code).toBe(125)
  expect(noImage.stderr).toContain('127.0.0.1:5000/no/such:1')
  expect(noImage.stderr).toContain('fix: ')
  await home.answer(['run', '-d', '--name', 'a', project, '--', 'sleep', '300'])
  const taken = await home.agent(['run', '--name', 'a', project])
  expect(taken.code).toBe(125)
  expect(taken.stderr).toContain('fix: agent run --name <another name>')
})

engineTest('an engine that is not there is named, and does not hide what is known', async () => {
  await using home = new AgentHome({ env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } })
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  const run = await home.agent(['run', project])
  expect(run.code).toBe(125)
  expect(run.stderr).toContain(
    'no engine at unix:///nowhere/docker.sock: there is no such socket (named by DOCKER_HOST)',
  )
  expect(run.stderr).toContain('fix: ')
  const tcp = await home.agent(['run', project], { env: { DOCKER_HOST: 'tcp://127.0.0.1:1' } })
  expect(tcp.code).toBe(125)
  expect(tcp.stderr).toContain('tcp://127.0.0.1:1')
  const nonsense = await home.agent(['run', project], { env: { DOCKER_HOST: 'nonsense' } })
  expect(nonsense.code).toBe(125)
  expect(nonsense.stderr).toContain('no engine at tcp://nonsense:2375')
  const status = await home.agent(['status'])
  expect(status).toMatchObject({ code: 0 })
  expect(status.stdout).toContain('unix:///nowhere/docker.sock')
  expect((await home.agent(['list'])).code).toBe(0)
})

engineTest(
  'a runtime that this system cannot have is refused before anything is made',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': BUSYBOX })
    const { code, stderr } = await home.agent(['run', '--runtime', 'apple', project])
    expect(code).toBe(2)
    expect(stderr).toContain("the apple runtime is Apple's container program, which only Macs have")
    const byVariable = await home.agent(['run', project], { env: { AGENTOPS_RUNTIME: 'apple' } })
    expect(byVariable.code).toBe(2)
    expect(await home.json(['list', '-a'])).toEqual({ runs: [] })
  },
)
