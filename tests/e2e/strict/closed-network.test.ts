import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { OutsideSite } from '../embedded/outside-site.ts'
import { AgentHome, docker, get, until } from '../support/agent-home.ts'

/** Says of each place whether a connection can be made to it, and what came by way of the proxy. */
const PROBE = `
const net = require('node:net'), http = require('node:http'), dns = require('node:dns')
const dial = (host, port) => new Promise((done) => {
  const socket = net.connect({ host, port })
  socket.setTimeout(2000, () => { done('closed'); socket.destroy() })
  socket.on('connect', () => { done('open'); socket.destroy() })
  socket.on('error', () => done('closed'))
})
const proxied = (url) => new Promise((done) => {
  const proxy = new URL(process.env.http_proxy ?? 'http://127.0.0.1:9')
  http.get({ host: proxy.hostname, port: proxy.port, path: url }, (answer) => { answer.resume(); done(answer.statusCode) })
    .on('error', () => done(0))
})
const [, , site, port] = process.argv
const gateway = new URL(process.env.http_proxy ?? 'http://127.0.0.1:9').hostname
const main = async () => {
  const resolver = new dns.promises.Resolver({ timeout: 1000, tries: 1 })
  resolver.setServers(['127.0.0.11'])
  console.log(JSON.stringify({
    allowed: await proxied('http://' + site + ':8000/hello.txt'),
    refused: await proxied('http://example.com/'),
    'the site, directly': await dial(site, 8000),
    'this machine at the gateway': await dial(gateway, Number(port)),
    metadata: await dial('169.254.169.254', 80),
    'IPv6': await dial('2001:db8::1', 80),
    dns: await resolver.resolve4('secret.example.com').then(() => 'open', () => 'closed'),
  }))
}
if (!process.argv[2]) http.createServer((q, r) => r.end('hello')).listen(3000)
if (site) main().then(() => process.exit())
`

engineTest(
  'a strict run reaches what is allowed through the egress proxy, and nothing else; its service is reached by name',
  async () => {
    await using home = new AgentHome()
    await using site = await OutsideSite.open()
    using secret = Bun.serve({ port: 0, hostname: '0.0.0.0', fetch: () => new Response('secret') })
    const project = home.project('p', {
      'agent.yaml': `image: node:22-slim\nports: { web: 3000 }\nnetwork: { policy: strict, allow: ["${site.address}:8000"] }\n`,
      'probe.cjs': PROBE,
    })
    const start = ['run', '-d', '--no-sandbox', '--name', 'strict', project]
    await home.answer([...start, '--', 'node', '/workspace/probe.cjs'])
    const url = await home.answer(['url', 'strict'])
    await until('its service answers', async () => (await get(url)).status === 200)
    const script = `NODE_USE_ENV_PROXY= node /workspace/probe.cjs ${site.address} ${secret.port} 2>/dev/null`
    const said = await home.answer(['exec', 'strict', '--', 'sh', '-c', script])
    expect(JSON.parse(said)).toEqual({
      allowed: 200,
      refused: 403,
      'the site, directly': 'closed',
      'this machine at the gateway': 'closed',
      metadata: 'closed',
      IPv6: 'closed',
      dns: 'closed',
    })
    await home.answer(['stop', 'strict', '--time', '0'])
    const left = await docker(['network', 'ls', '--format', '{{.Name}} {{.Internal}}'])
    expect(left).not.toContain('true')
  },
  120_000,
)
