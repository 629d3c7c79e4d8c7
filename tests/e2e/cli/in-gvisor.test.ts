import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, get, IN_GVISOR, until } from '../support/agent-home.ts'

const SERVER = `
require('node:http').createServer((request, response) => {
  console.log(request.method, request.url)
  response.end(require('node:fs').readFileSync('/proc/version', 'utf8'))
}).listen(3000, '0.0.0.0', () => console.log('listening'))
process.on('SIGTERM', () => { console.log('asked to end'); process.exit(0) })
`

engineTest(
  'a run in gVisor is reached by name, followed, entered and stopped as any other',
  async () => {
    await using home = new AgentHome({ env: IN_GVISOR })
    const yaml = 'image: node:22-slim\nports: { web: 3000 }\ncommand: [node, server.cjs]\n'
    const project = home.project('p', { 'agent.yaml': yaml, 'server.cjs': SERVER })
    await home.answer(['run', '-d', '--name', 'inside', project])
    const url = await home.answer(['url', 'inside', 'web'])
    await until('the service answers', async () => (await get(url)).status === 200)
    expect((await get(url, { path: '/seen' })).status).toBe(200)
    expect(await home.json(['list'])).toMatchObject({ runs: [{ sandbox: 'gvisor' }] })
    expect(await home.answer(['list'])).toContain('docker/gvisor')
    expect(await home.answer(['exec', 'inside', '--', 'dmesg'])).toContain('Starting gVisor')
    const watching = ['sh', '-c', 'echo $CHOKIDAR_USEPOLLING $WATCHPACK_POLLING']
    expect(await home.answer(['exec', 'inside', '--', ...watching])).toBe('1 true')
    expect((await home.agent(['exec', 'inside', '--', 'sh', '-c', 'exit 7'])).code).toBe(7)
    const attached = home.spawn(['attach', 'inside'])
    let seen = ''
    const reading = (async () => {
      for await (const bytes of attached.stdout) seen += Buffer.from(bytes).toString()
    })()
    await until('its output is seen', async () => {
      await get(url, { path: '/attached' })
      return seen.includes('GET /attached')
    })
    await home.answer(['stop', 'inside'])
    await reading
    expect(await home.answer(['logs', 'inside'])).toContain('asked to end')
    expect(await home.json(['list', '-a'])).toMatchObject({ runs: [{ state: 'stopped' }] })
    expect((await get(url)).status).toBe(404)
  },
  60_000,
)
