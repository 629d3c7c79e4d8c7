import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, get } from '../support/agent-home.ts'

engineTest(
  'a static route passes requests and WebSockets to a server on this machine',
  async () => {
    await using home = new AgentHome()
    using server = echoServer('127.0.0.1')
    const url = await home.answer(['route', 'add', 'hmr.dev', `localhost:${server.port}`])
    const { port, hostname } = new URL(url)
    expect(hostname).toBe('hmr.dev.localhost')
    const seen = await get(url, { path: '/path?query=1' })
    expect(seen.body).toBe(`GET /path?query=1 for hmr.dev.localhost:${port}`)
    const host = `hmr.dev.localhost:${port}`
    expect(await echoed(`ws://127.0.0.1:${port}/socket`, host, 'over and back')).toBe(
      'over and back',
    )
    // The flat alias is for those that refuse nested names.
    expect((await get(`http://hmr--dev.localhost:${port}`)).status).toBe(200)
  },
)

engineTest(
  'a static route leads where it was made to until it is removed, to IPv6 as well',
  async () => {
    await using home = new AgentHome()
    using first = echoServer('127.0.0.1')
    using second = echoServer('::1')
    const url = await home.answer(['route', 'add', 'web.app', `127.0.0.1:${first.port}`])
    expect(await home.answer(['route', 'add', 'web.app', String(first.port)])).toBe(url)
    const elsewhere = ['route', 'add', 'web.app', `[::1]:${second.port}`]
    const refused = await home.agent(elsewhere)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(
      `web.app.localhost is a static route to 127.0.0.1:${first.port} already`,
    )
    expect(refused.stderr).toContain('fix: agent route remove web.app')
    await home.answer(['route', 'remove', 'web.app'])
    expect(await home.answer(elsewhere)).toBe(url)
    expect((await get(url)).status).toBe(200)
    expect(await home.answer(['route', 'list'])).toMatch(
      new RegExp(`^web\\.app  ${url}  \\[::1\\]:${second.port}  static$`, 'm'),
    )
  },
)

engineTest("a static route and a run's do not take each other's place", async () => {
  await using home = new AgentHome()
  const project = home.project('p', {
    'agent.yaml':
      'image: busybox:latest\nsandbox: none\nports: { web: 3000 }\ncommand: [sleep, "300"]\n',
  })
  await home.answer(['run', '-d', '--name', 'app', project])
  const added = await home.agent(['route', 'add', 'web.app', '3000'])
  expect(added.code).toBe(1)
  expect(added.stderr).toContain('web.app')
  expect(added.stderr).toContain('fix: ')
  await home.answer(['route', 'add', 'db.app', '5432'])
  expect((await home.agent(['route', 'remove', 'web.app'])).code).toBe(1)
  await home.answer(['destroy', 'app', '--time', '0'])
  // What the user owns outlives the run whose name it shares.
  expect(await home.answer(['route', 'list'])).toMatch(/^db\.app .* static$/m)
  await home.answer(['route', 'remove', 'db.app'])
})

engineTest(
  'a run whose service is a static route is refused before its image is looked for',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', {
      'agent.yaml': 'image: nowhere.invalid/no/image:1\nsandbox: none\nports: { web: 3000 }\n',
    })
    await home.answer(['route', 'add', 'web.app', '3000'])
    const { code, stderr } = await home.agent(['run', '-d', '--name', 'app', project])
    expect(code).toBe(125)
    expect(stderr).toContain('error: web.app.localhost is a static route to 127.0.0.1:3000 already')
    expect(stderr).toContain('fix: agent route remove web.app')
    expect(stderr).not.toContain('nowhere.invalid')
    expect(await home.json(['list', '-a'])).toEqual({ runs: [] })
    await home.answer(['route', 'remove', 'web.app'])
  },
)

/** Says what it was asked, and sends back what comes over a WebSocket. */
function echoServer(hostname: string) {
  return Bun.serve({
    hostname,
    port: 0,
    fetch(request, server) {
      if (server.upgrade(request)) return undefined
      const { pathname, search } = new URL(request.url)
      return new Response(`GET ${pathname}${search} for ${request.headers.get('host')}`)
    },
    websocket: { message: (socket, message) => void socket.send(message) },
  })
}

/** What comes back for a message. */
function echoed(url: string, host: string, message: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = new WebSocket(url, { headers: { host } })
  socket.addEventListener('open', () => socket.send(message))
  socket.addEventListener('message', ({ data }) => {
    socket.close()
    resolve(String(data))
  })
  socket.addEventListener('error', () => reject(new Error(`no WebSocket at ${url}`)))
  return promise
}
