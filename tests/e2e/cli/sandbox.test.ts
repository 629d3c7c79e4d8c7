import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { z } from 'zod'
import { engineRequest } from '../../../scripts/test-run/engine-request.ts'
import { engineTest, skippedTest, testEngine } from '../../engine/test-engine.ts'
import { AgentHome, IN_GVISOR } from '../support/agent-home.ts'

const info = z.looseObject({ Runtimes: z.record(z.string(), z.unknown()) })

const BUSYBOX = 'image: busybox:latest\nports: { web: 3000 }\n'
const TITLE = 'by default the kernel inside is gVisor, and project, home and exit code are as usual'

if (await engineHasGvisor())
  engineTest(
    TITLE,
    async () => {
      await using home = new AgentHome({ env: IN_GVISOR })
      const project = home.project('p', { 'agent.yaml': BUSYBOX, 'a.txt': 'file\n' })
      const script = 'dmesg | head -n 1; cat a.txt; echo x > ~/y && echo made > made.txt; exit 5'
      const words = [project, '--', 'sh', '-c', script]
      const { code, stdout, stderr } = await home.agent(['run', ...words])
      expect(stdout).toMatch(/^\[ *[0-9.]+\] Starting gVisor\.\.\.\nfile\n$/)
      expect(stderr).not.toContain("shares the host's kernel")
      expect(code).toBe(5)
      expect(await Bun.file(join(project, 'made.txt')).text()).toBe('made\n')
    },
    60_000,
  )
else skippedTest(TITLE, 'the engine has no gVisor')

engineTest('without gVisor a notice says so, whoever decided it', async () => {
  await using home = new AgentHome({ env: IN_GVISOR })
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  const ways: readonly (readonly [words: string[], env: Record<string, string>, who: string])[] = [
    [['--sandbox', 'none'], {}, '--sandbox none'],
    [['--no-sandbox'], {}, '--sandbox none'],
    [[], { AGENTOPS_NO_SANDBOX: '1' }, 'AGENTOPS_NO_SANDBOX'],
  ]
  for (const [words, env, who] of ways) {
    const { code, stdout, stderr } = await home.agent(['run', ...words, project, '--', 'dmesg'], {
      env,
    })
    expect([words, code]).toEqual([words, code])
    expect(stdout).not.toContain('gVisor')
    expect(stderr).toContain(`sandbox: none, the container shares the host's kernel (${who}`)
  }
})

engineTest(
  'an engine without gVisor is refused, with help, and looked at all the same',
  async () => {
    await using home = new AgentHome({ env: IN_GVISOR })
    const socket = join(home.dir, 'engine.sock')
    await using _engine = await engineWithoutGvisor(socket)
    const project = home.project('p', { 'agent.yaml': BUSYBOX })
    const env = { DOCKER_HOST: `unix://${socket}` }
    for (const [words, who] of [
      [['run', project], 'runs are in gVisor unless told otherwise, and '],
      [
        ['run', '--sandbox', 'gvisor', project],
        'sandbox "gvisor" (--sandbox) needs gVisor, which ',
      ],
    ] as const) {
      const { code, stderr } = await home.agent(words, { env })
      expect(code).toBe(1)
      expect(stderr).toContain(`error: ${who}`)
      expect(stderr).toContain('sudo apt-get install -y runsc')
      expect(stderr).toContain('sudo runsc install && sudo systemctl reload docker')
      expect(stderr).toContain('agent run --no-sandbox')
    }
    expect(await home.json(['list', '-a'])).toEqual({ runs: [] })
    for (const words of [['status'], ['list'], ['stop', '--all'], ['destroy', '--all']])
      expect([words, (await home.agent(words, { env })).code]).toEqual([words, 0])
    const doctor = await home.agent(['doctor'], { env })
    expect(doctor.code).toBe(1)
    expect(doctor.stdout).toMatch(/^broken +gvisor/m)
  },
)

async function engineHasGvisor(): Promise<boolean> {
  const dockerHost = process.env['AGENT_TEST_DOCKER_HOST']
  if (dockerHost === undefined) return false
  return 'runsc' in info.parse(await engineRequest(dockerHost, '/info')).Runtimes
}

/** The engine of this test run as it looks where gVisor is not installed; for questions only. */
async function engineWithoutGvisor(socket: string): Promise<AsyncDisposable> {
  const { dockerHost } = testEngine()
  const answer = async (path: string): Promise<unknown> => {
    const found = await engineRequest(dockerHost, path)
    if (!path.endsWith('/info')) return found
    const { Runtimes, ...rest } = info.parse(found)
    return { ...rest, Runtimes: { runc: Runtimes['runc'] } }
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://engine')
    const headers = { 'api-version': '1.45', 'content-type': 'application/json' }
    if (request.method !== 'GET') {
      response.writeHead(404, headers).end('{}')
      return
    }
    void answer(pathname).then(
      (value) => response.writeHead(200, headers).end(JSON.stringify(value)),
      (error: unknown) => response.writeHead(500, headers).end(JSON.stringify(String(error))),
    )
  })
  server.listen(socket)
  await once(server, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
