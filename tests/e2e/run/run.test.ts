import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, docker, get, until } from '../support/agent-home.ts'

/** A server in busybox that answers every request with a line that names it. */
function server(name: string): string {
  return `image: busybox:latest
ports: { web: 3000 }
command: |
  mkdir -p /tmp/www && echo "hello from $AGENTOPS_RUN_NAME (${name})" > /tmp/www/index.html
  exec busybox httpd -f -p 3000 -h /tmp/www
`
}

async function containersOf(home: AgentHome): Promise<string[]> {
  const ids: string[] = []
  for (const run of await runsOf(home)) {
    const found = await docker(['ps', '-aq', '--filter', `label=agentops.run-id=${run}`])
    ids.push(...found.split('\n').filter(Boolean))
  }
  return ids
}

async function runsOf(home: AgentHome): Promise<string[]> {
  const text = await home.answer(['list', '-a'])
  return [...text.matchAll(/run_[0-9a-f]{12}/g)].map(([id]) => id)
}

engineTest(
  'a command runs in its project, and its output and exit code are passed on',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', {
      'agent.yaml': 'image: busybox:latest\n',
      'a.txt': 'file\n',
    })
    const { code, stdout, stderr } = await home.agent([
      'run',
      '--name',
      'once',
      project,
      '--',
      'sh',
      '-c',
      'pwd; cat a.txt; echo oops >&2; exit 7',
    ])
    expect(stdout).toBe('/workspace\nfile\n')
    expect(stderr).toContain('oops\n')
    expect(code).toBe(7)
    expect(await containersOf(home)).toEqual([])
    expect(await home.answer(['logs', 'once'])).toContain('file')
    expect(await home.answer(['list', '-a'])).toContain('failed (7)')
  },
)

engineTest(
  'two copies of one project are reached by name, and stopping one leaves the other alone',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': server('x') })
    await home.answer(['run', '-d', '--name', 'a', project])
    await home.answer(['run', '-d', '--name', 'b', project])
    const a = await home.answer(['url', 'a', 'web'])
    const b = await home.answer(['url', 'b'])
    await until(
      'both answer',
      async () => (await get(a)).status === 200 && (await get(b)).status === 200,
    )
    expect((await get(a)).body).toContain('hello from a')
    expect((await get(b)).body).toContain('hello from b')
    const stopped = performance.now()
    await home.answer(['stop', 'a', '--time', '0'])
    await until('the route is gone', async () => (await get(a)).status === 404, 1000)
    expect(performance.now() - stopped).toBeLessThan(5000)
    expect((await get(b)).body).toContain('hello from b')
    const again = await home.agent(['run', '-d', '--name', 'b', project])
    expect(again.code).toBe(125)
    expect(again.stderr).toContain('the name "b" is taken by run_')
    expect((await get(b)).body).toContain('hello from b')
  },
  60_000,
)

engineTest('ports are published on 127.0.0.1 only, and a foreign Host is misdirected', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': server('x') })
  const id = await home.answer(['run', '-d', '--name', 'a', project])
  const url = await home.answer(['url', 'a'])
  const container = await docker(['ps', '-q', '--filter', `label=agentops.run-id=${id}`])
  const bindings = await docker(['port', container])
  for (const line of bindings.split('\n')) expect(line).toMatch(/-> 127\.0\.0\.1:\d+$/)
  expect((await get(url, { headers: { host: 'evil.example.com' } })).status).toBe(421)
})

engineTest('a broken agent.yaml is told in full before anything is made', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': 'nmae: x\nports: { web: 99999 }\n' })
  const { code, stderr } = await home.agent(['run', project])
  expect(code).toBe(2)
  expect(stderr).toContain('agent.yaml:1:1')
  expect(stderr).toContain('did you mean name')
  expect(stderr).toContain('agent.yaml:2:')
})

engineTest('the end of an attached run is the end of everything it made', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': server('x') })
  const child = home.spawn(['run', '--name', 'a', project])
  await until('it runs', async () => (await home.answer(['list'])).includes('running'))
  child.kill('SIGINT')
  expect(await child.exited).toBe(130)
  expect(await containersOf(home)).toEqual([])
  expect(await home.answer(['list'])).not.toContain('run_')
})
