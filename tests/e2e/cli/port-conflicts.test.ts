import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect } from 'bun:test'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { AgentHome, get, until } from '../support/agent-home.ts'

/** What the system calls this process: proc_pid_comm(5). */
const ownName = readFileSync('/proc/self/comm', 'utf8').trim()

const SERVER = `image: busybox:latest
sandbox: none
ports: { web: 3000 }
command: |
  mkdir -p /tmp/www && echo "it is me" > /tmp/www/index.html
  exec busybox httpd -f -p 3000 -h /tmp/www
`

engineTest(
  'a port in use is told with its owner and remedies, and no other port is taken',
  async () => {
    await using other = await Listener.open()
    const { port } = other
    await using home = new AgentHome({ env: { AGENTOPS_PROXY_PORT: '' } })
    const project = home.project('p', { 'agent.yaml': SERVER })
    const asked = await home.agent(['run', '-d', '--port', String(port), '--name', 'a', project])
    expect(asked.code).toBe(125)
    expect(asked.stderr).toContain(
      `error: port ${port} is in use by ${ownName} (pid ${process.pid})`,
    )
    expect(asked.stderr).toContain(`fix: stop ${ownName}`)
    expect(asked.stderr).toContain('fix: agent proxy start --port <another port>')
    expect(asked.stderr).toContain('fix: set proxy.port in config.yaml or AGENTOPS_PROXY_PORT')
    const started = await home.agent(['proxy', 'start', '--port', String(port)])
    expect(started).toMatchObject({ code: 1, stdout: '' })
    const routed = await home.agent(['route', 'add', 'web.app', '3000', '--port', String(port)])
    expect(routed.code).toBe(1)
    expect(await home.json(['list'])).toEqual({ runs: [] })
    expect(await home.json(['route', 'list'])).toEqual({ routes: [] })
  },
)

engineTest(
  'a default port gives way to the live proxy, a port that was asked for does not',
  async () => {
    await using home = new AgentHome({ env: { AGENTOPS_PROXY_PORT: '' } })
    const project = home.project('p', { 'agent.yaml': SERVER })
    const free = await freePort()
    expect(await home.answer(['proxy', 'start', '--port', String(free)])).toBe(
      `proxy listening on http://localhost:${free}`,
    )
    await home.answer(['run', '-d', '--name', 'a', project])
    const url = await home.answer(['url', 'a'])
    expect(url).toBe(`http://web.a.localhost:${free}`)
    await until('it answers', async () => (await get(url)).status === 200)

    const another = await freePort()
    const ways: readonly (readonly [words: string[], env: Record<string, string>])[] = [
      [['--port', String(another)], {}],
      [[], { AGENTOPS_PROXY_PORT: String(another) }],
    ]
    for (const [words, env] of ways) {
      const refused = await home.agent(['run', '-d', '--name', 'b', ...words, project], { env })
      expect(refused.code).toBe(2)
      expect(refused.stderr).toContain(
        `the proxy listens on port ${free} already, not on ${another}`,
      )
      expect(refused.stderr).toContain(`fix: agent proxy restart --port=${another}`)
    }

    expect(await home.answer(['proxy', 'restart', `--port=${another}`])).toContain(`:${another}`)
    const moved = await home.answer(['url', 'a'])
    expect(moved).toBe(`http://web.a.localhost:${another}`)
    expect((await get(moved)).body).toBe('it is me\n')
    // Restarted without a wish it stays where it is.
    expect(await home.answer(['proxy', 'restart'])).toContain(`:${another}`)
    await home.answer(['proxy', 'stop'])
    const unreachable = await home.agent(['url', 'a'])
    expect(unreachable).toMatchObject({ code: 1 })
    expect(unreachable.stderr).toContain('fix: agent proxy start')
    expect(await home.answer(['list'])).toMatch(/ web$/m)
  },
  60_000,
)

engineTest('a port that browsers refuse to open is refused', async () => {
  await using home = new AgentHome()
  const { code, stderr } = await home.agent(['proxy', 'start', '--port', '6667'])
  expect(code).toBe(2)
  expect(stderr).toContain('browsers refuse to open port 6667')
})

engineTest(
  'in the foreground the proxy takes over from the background, and Ctrl-C ends it',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': SERVER })
    await home.answer(['run', '-d', '--name', 'a', project])
    const foreground = home.spawn(['proxy', 'start', '--foreground'])
    const output = new Response(foreground.stdout).text()
    const isServed = async (): Promise<boolean> => {
      const found = await home.agent(['url', 'a'])
      return found.code === 0 && (await get(found.stdout.trim())).status === 200
    }
    await until('it listens', async () =>
      (await home.answer(['proxy', 'status'])).includes(` ${foreground.pid},`),
    )
    await until('it serves the run', isServed)
    foreground.kill('SIGINT')
    await foreground.exited
    expect(await output).toMatch(/^proxy listening on http:\/\/localhost:\d+\n$/)
    expect(await home.answer(['list'])).toMatch(/^a .* running /m)
  },
)

const OF_ROOT = 'root has a proxy of its own on port 80'

if (process.getuid?.() !== 0) skippedTest(OF_ROOT, 'opens port 80, which needs root')
else
  engineTest(OF_ROOT, async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': SERVER })
    const started = await home.answer(['proxy', 'start', '--port', '80'])
    expect(started).toBe('proxy listening on http://localhost')
    await home.answer(['run', '-d', '--name', 'a', '--port', '80', project])
    expect(await home.answer(['url', 'a'])).toBe('http://web.a.localhost')
  })

/** Somebody else's server. */
class Listener implements AsyncDisposable {
  readonly port: number
  readonly #server: ReturnType<typeof createServer>

  private constructor(server: ReturnType<typeof createServer>, port: number) {
    this.#server = server
    this.port = port
  }

  static async open(): Promise<Listener> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new Error('no address')
    return new Listener(server, address.port)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  await using listener = await Listener.open()
  return listener.port
}
