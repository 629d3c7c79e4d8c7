import { expect } from 'bun:test'
import { z } from 'zod'
import { engineTest } from '../../engine/test-engine.ts'
import { type AgentHome, homeWithoutEngine, until } from '../support/agent-home.ts'
import { OutsideSite } from './outside-site.ts'

const line = z.object({ direction: z.string(), peer: z.string(), status: z.number() })

/** A home whose runs are embedded; the engine only stands for another machine. */
function embeddedHome(): AgentHome {
  return homeWithoutEngine({ AGENTOPS_RUNTIME: 'embedded' })
}

async function inRun(home: AgentHome, project: string, script: string): Promise<string> {
  const { stdout, stderr } = await home.agent(['run', project, '--', 'sh', '-c', script])
  return `${stdout}${stderr.replaceAll(/^(?:Initializing|runtime:|agent ").*\n/gm, '')}`.trim()
}

engineTest(
  'inside, npm, pip, git and curl get things from another machine',
  async () => {
    await using home = embeddedHome()
    await using site = await OutsideSite.open()
    const project = home.project('p')
    const index = `--index-url ${site.url}/simple --trusted-host ${site.address}`
    const clients = {
      curl: [`curl -sS ${site.url}/hello.txt`, 'hello from outside'],
      npm: [
        `cd /tmp && npm install --silent --no-audit --registry ${site.url} outside-package && node -p 'require("outside-package")'`,
        'from a package',
      ],
      pip: [
        `cd /tmp && pip download -q --no-deps ${index} outside-package && ls *.whl`,
        'outside_package-1.0.0-py3-none-any.whl',
      ],
      git: [
        `cd /tmp && git clone -q ${site.url}/repository.git && cat repository/file.txt`,
        'from a repository',
      ],
    } as const
    for (const [client, [script, expected]] of Object.entries(clients))
      expect(`${client}: ${await inRun(home, project, script)}`).toBe(`${client}: ${expected}`)
  },
  120_000,
)

engineTest(
  'inside, this machine is not reached: neither directly nor through the proxy, by no name or address',
  async () => {
    await using home = embeddedHome()
    using secret = Bun.serve({ port: 0, hostname: '0.0.0.0', fetch: () => new Response('secret') })
    const { port } = secret
    const hosts = [
      '127.0.0.1',
      'localhost',
      'web.other.localhost',
      '[::1]',
      '0.0.0.0',
      '$(hostname)',
    ]
    const through = hosts.map(
      (host) =>
        `curl -sS --noproxy '' -x "$http_proxy" -o /dev/null -w '%{http_code} ' "http://${host}:${port}/"`,
    )
    const direct = `curl -s --noproxy '*' --max-time 3 http://127.0.0.1:${port}/ || echo none`
    const project = home.project('p')
    const script = [...through, direct].join('; ')
    expect(await inRun(home, project, script)).toMatch(/^(?:403 ){5}(?:403|502) none$/)
  },
  60_000,
)

engineTest(
  'with network.policy: strict only what is allowed is reached, and the log tells what was not',
  async () => {
    await using home = embeddedHome()
    await using site = await OutsideSite.open()
    const project = home.project('p', {
      'agent.yaml': `network: { policy: strict, allow: ["${site.address}:8000"] }\n`,
    })
    const script = `curl -sS ${site.url}/hello.txt; curl -sS http://example.com/`
    const said = await inRun(home, project, script)
    expect(said).toContain('hello from outside')
    expect(said).toContain('agent: refused: example.com:80 is not in network.allow')
    const log = async (): Promise<unknown[]> => {
      const text = await home.answer(['logs', '--access', '--json'])
      return text
        .split('\n')
        .filter(Boolean)
        .map((json) => line.parse(JSON.parse(json)))
    }
    await until('both are written', async () => (await log()).length === 2)
    expect(await log()).toEqual([
      { direction: 'out', peer: `${site.address}:8000`, status: 200 },
      { direction: 'out', peer: 'example.com:80', status: 403 },
    ])
  },
  60_000,
)
