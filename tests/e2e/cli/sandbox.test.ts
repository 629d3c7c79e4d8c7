import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { z } from 'zod'
import { engineRequest } from '../../../scripts/test-run/engine-request.ts'
import { engineTest, skippedTest, testEngine } from '../../engine/test-engine.ts'
import { AgentHome } from '../support/agent-home.ts'

const info = z.looseObject({ Runtimes: z.record(z.string(), z.unknown()) })

const BUSYBOX = 'image: busybox:latest\nports: { web: 3000 }\n'
const IN_GVISOR =
  'with gVisor the kernel inside is gVisor, and project, home and exit code are as usual'

if (await engineHasGvisor())
  engineTest(
    IN_GVISOR,
    async () => {
      await using home = new AgentHome()
      const project = home.project('p', { 'agent.yaml': BUSYBOX, 'a.txt': 'file\n' })
      const script = 'dmesg | head -n 1; cat a.txt; echo x > ~/y && echo made > made.txt; exit 5'
      const words = [project, '--', 'sh', '-c', script]
      const { code, stdout, stderr } = await home.agent(['run', '--sandbox', 'gvisor', ...words])
      expect(stdout).toMatch(/^\[ *[0-9.]+\] Starting gVisor\.\.\.\nfile\n$/)
      expect(stderr).not.toContain("shares the host's kernel")
      expect(code).toBe(5)
      expect(await Bun.file(join(project, 'made.txt')).text()).toBe('made\n')
    },
    60_000,
  )
else skippedTest(IN_GVISOR, 'the engine has no gVisor')

engineTest('without gVisor a notice says so, whoever decided it', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  const ways: readonly (readonly [words: string[], env: Record<string, string>, who: string])[] = [
    [[], {}, "the engine's default runtime"],
    [['--sandbox', 'auto'], {}, '--sandbox auto'],
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

engineTest('gVisor that was asked for and is not there is refused, with help', async () => {
  await using home = new AgentHome()
  const socket = join(home.dir, 'engine.sock')
  await using _engine = await engineWithoutGvisor(socket)
  const project = home.project('p', { 'agent.yaml': `${BUSYBOX}sandbox: gvisor\n` })
  const env = { DOCKER_HOST: `unix://${socket}` }
  for (const words of [
    ['run', project],
    ['run', '--sandbox', 'gvisor', project],
  ]) {
    const { code, stderr } = await home.agent(words, { env })
    expect([1, 2, 125]).toContain(code)
    expect(stderr).toMatch(/sandbox "gvisor" \(.*\) needs gVisor, which the engine does not have/)
    expect(stderr).toContain('fix: install gVisor and register it: runsc install')
    expect(stderr).toContain('fix: agent run --sandbox none')
  }
  expect(await home.json(['list', '-a'])).toEqual({ runs: [] })
})

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
    void answer(pathname).then((value) =>
      response.writeHead(200, headers).end(JSON.stringify(value)),
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
