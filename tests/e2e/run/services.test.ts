import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, get, until } from '../support/agent-home.ts'

/** A server in node without packages: a page, a stream of events, and an upgrade that echoes bytes. */
const SERVER = `
const http = require('node:http')
const server = http.createServer((request, response) => {
  if (request.url === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: first\\n\\n')
    setTimeout(() => response.end('data: last\\n\\n'), 300)
    return
  }
  response.end(process.env.AGENTOPS_URL_WEB)
})
server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n')
  socket.pipe(socket)
})
server.listen(3000)
`

async function started(home: AgentHome, name: string, yaml: string): Promise<string> {
  const project = home.project(name, { 'agent.yaml': yaml, 'server.cjs': SERVER })
  await home.answer(['run', '-d', '--name', name, project])
  return home.answer(['url', name])
}

engineTest(
  'a service is told the URL it is seen under, and streams events and upgrades through it',
  async () => {
    await using home = new AgentHome()
    const url = await started(
      home,
      'a',
      'dependencies: [node]\nports: { web: 3000 }\ncommand: [node, server.cjs]\n',
    )
    await until('it answers', async () => (await get(url)).status === 200)
    expect((await get(url)).body).toBe(url)

    const { hostname, port } = new URL(url)
    const events = await fetch(`http://127.0.0.1:${port}/events`, {
      headers: { host: `${hostname}:${port}` },
    })
    const chunks: string[] = []
    for await (const bytes of events.body ?? []) chunks.push(Buffer.from(bytes).toString())
    // Two chunks: the first was not held back until the end.
    expect(chunks).toEqual(['data: first\n\n', 'data: last\n\n'])

    expect(await echoThroughUpgrade(hostname, Number(port))).toBe('ping')
  },
  60_000,
)

engineTest(
  'a service that does not answer is explained from the runtime side',
  async () => {
    await using home = new AgentHome()
    const loopback =
      'dependencies: [node]\nports: { web: 3000 }\ncommand: [node, -e, "require(\\"net\\").createServer().listen(3000, \\"127.0.0.1\\")"]\n'
    const url = await started(home, 'a', loopback)
    await until('it listens', async () => (await get(url)).status === 502)
    expect((await get(url)).body).toContain("listens only on the container's own 127.0.0.1")

    const silent = await started(
      home,
      'b',
      'image: busybox:latest\nports: { web: 3000 }\ncommand: [sleep, "100"]\n',
    )
    const starting = await get(silent, { headers: { accept: 'application/json' } })
    expect(starting.status).toBe(503)
    expect(starting.headers.get('retry-after')).toBe('1')
    expect(JSON.parse(starting.body)).toMatchObject({ agent: 'b', service: 'web' })
  },
  60_000,
)

engineTest(
  'a static route reaches a server on this machine, and stays when the runs go',
  async () => {
    await using home = new AgentHome()
    using server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response('host') })
    const url = await home.answer(['route', 'add', 'docs.tools', String(server.port)])
    expect((await get(url)).body).toBe('host')
    expect(await home.answer(['route', 'list'])).toContain('docs.tools')
    await home.answer(['route', 'remove', 'docs.tools'])
    await until('it is gone', async () => (await get(url)).status === 404, 1000)
  },
)

/** Sends bytes both ways on an upgraded connection. */
function echoThroughUpgrade(host: string, port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let seen = ''
  const request = `GET / HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nping`
  Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      open: (socket) => void socket.write(request),
      data: (socket, bytes) => {
        seen += bytes.toString('latin1')
        const body = seen.split('\r\n\r\n')[1]
        if (body !== 'ping') return
        socket.end()
        resolve(body)
      },
    },
  }).catch(reject)
  return promise
}
