import { expect } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { embeddedTest } from '../../support/embedded-test.ts'
import { type AgentHome, get, homeWithoutEngine, until } from '../support/agent-home.ts'

/** Says who it is, and who asked. */
const SERVER = `
require('node:http').createServer((request, response) => {
  response.end(process.env.AGENTOPS_RUN_NAME + ' was asked as ' + request.headers.host)
}).listen(3000)
`
const PROJECT = {
  'agent.yaml': 'dependencies: [node]\nports: { web: 3000 }\ncommand: [node, server.cjs]\n',
  'server.cjs': SERVER,
}

async function started(home: AgentHome, name: string): Promise<string> {
  const project = home.project('project', PROJECT)
  await home.answer(['run', '-d', '--runtime', 'embedded', '--name', name, project])
  const url = await home.answer(['url', name])
  await until(`${name} answers`, async () => (await get(url)).status === 200)
  return url
}

/** What a shell command prints inside a run. */
function inside(home: AgentHome, name: string, script: string): Promise<string> {
  return home.answer(['exec', name, '--', 'sh', '-c', script])
}

embeddedTest(
  'two runs on one port are answered by their names, and the end of one does not touch the other',
  async () => {
    await using home = homeWithoutEngine()
    const urls = [await started(home, 'a'), await started(home, 'b')]
    const answers = await Promise.all(urls.map(async (url) => (await get(url)).body))
    expect(answers).toEqual(
      urls.map((url, index) => `${'ab'[index]} was asked as ${new URL(url).host}`),
    )
    await home.answer(['stop', 'a'])
    const [a = '', b = ''] = urls
    expect((await get(a)).status).toBe(404)
    expect((await get(b)).status).toBe(200)
    expect(await home.answer(['list', '-a'])).toMatch(/a +run_\w+ +stopped .*embedded/)
  },
  60_000,
)

embeddedTest(
  'inside, the URL that the user has leads to the same service, for programs of every kind',
  async () => {
    await using home = homeWithoutEngine()
    const url = await started(home, 'a')
    const { host } = new URL(url)
    const clients = {
      curl: 'curl -s "$AGENTOPS_URL_WEB"',
      node: 'node -e "require(\'http\').get(process.env.AGENTOPS_URL_WEB, (r) => r.pipe(process.stdout))"',
      python:
        'python3 -c "import os,urllib.request as u; print(u.urlopen(os.environ[\'AGENTOPS_URL_WEB\']).read().decode())"',
    }
    for (const [client, script] of Object.entries(clients))
      expect(`${client}: ${await inside(home, 'a', script)}`).toBe(
        `${client}: a was asked as ${host}`,
      )
  },
  60_000,
)

embeddedTest(
  'inside, nothing is told about other runs, the index, or services of this machine',
  async () => {
    await using home = homeWithoutEngine()
    const own = await started(home, 'a')
    const other = await started(home, 'b')
    const { port } = new URL(own)
    using secret = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: () => new Response('secret'),
    })
    const refused = 'curl -s -o /dev/null -w "%{http_code}"'
    const index = `http://localhost:${port}/`
    expect(await inside(home, 'a', `${refused} ${other}; ${refused} ${index}`)).toBe('403403')
    const answer = await home.agent([
      'exec',
      'a',
      '--',
      'curl',
      '-s',
      '--noproxy',
      '*',
      `http://127.0.0.1:${secret.port}/`,
    ])
    expect(answer).toMatchObject({ code: 7, stdout: '' })
  },
  60_000,
)

embeddedTest(
  'inside, names work again after the background process was killed, and its sockets go with the run',
  async () => {
    await using home = homeWithoutEngine()
    const url = await started(home, 'a')
    const sockets = join(home.stateDir, 'sockets')
    const { pid } = pidOf(await home.json(['proxy', 'status']))
    process.kill(pid, 'SIGKILL')
    await home.answer(['list'])
    // The command started the next one and did not wait for it.
    const status = (): Promise<number> =>
      get(url).then(
        (answer) => answer.status,
        () => 0,
      )
    await until('it answers again', async () => (await status()) === 200)
    expect(await inside(home, 'a', 'curl -s "$AGENTOPS_URL_WEB"')).toStartWith('a was asked')
    await home.answer(['stop', 'a'])
    expect(readdirSync(sockets).filter((name) => name.startsWith('run_'))).toEqual([])
    expect(existsSync(join(home.stateDir, 'embedded'))).toBe(true)
    expect(
      readdirSync(join(home.stateDir, 'embedded')).filter((name) => /^[0-9a-f]+$/.test(name)),
    ).toEqual([])
  },
  60_000,
)

embeddedTest(
  'the access log of a run tells who asked it for what, also after its end',
  async () => {
    await using home = homeWithoutEngine()
    const url = await started(home, 'a')
    await get(url, { path: '/x?token=hunter2' })
    const log = (): Promise<string> => home.answer(['logs', '--access', 'a'])
    await until('it is written', async () => (await log()).includes('/x?token=…'))
    await home.answer(['stop', 'a'])
    expect(await log()).toMatch(/-> web {2}GET \/x\?token=… {2}200/)
    expect(await log()).not.toContain('hunter2')
  },
  60_000,
)

function pidOf(status: unknown): { pid: number } {
  if (typeof status !== 'object' || status === null || !('pid' in status)) throw new Error('no pid')
  return { pid: Number(status.pid) }
}
