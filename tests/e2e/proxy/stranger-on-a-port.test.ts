import { expect } from 'bun:test'
import { engineTest, testLabels } from '../../engine/test-engine.ts'
import { AgentHome, docker, get, until } from '../support/agent-home.ts'

const YAML = `image: busybox
ports: { web: 8000 }
command: [sh, -c, "mkdir /tmp/w && echo mine > /tmp/w/index.html && exec httpd -f -p 8000 -h /tmp/w"]
`

engineTest(
  'a stranger who gets the port of a container that is gone is never served under its name',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': YAML })
    await home.answer(['run', '-d', '--no-sandbox', '--name', 'a', project])
    const url = await home.answer(['url', 'a'])
    await until('it answers', async () => (await get(url)).body === 'mine\n')
    const container = await docker(['ps', '-q', '--filter', 'name=agentops-a-'])
    const published = await docker(['port', container, '8000/tcp'])
    await docker(['rm', '-f', container])
    const labels = Object.entries(testLabels()).map(([name, value]) => `--label=${name}=${value}`)
    const script = 'mkdir /w && echo stranger > /w/index.html && exec httpd -f -p 8000 -h /w'
    const options = ['run', '-d', ...labels, '-p', `${published}:8000`]
    const stranger = await docker([...options, 'busybox', 'sh', '-c', script])
    try {
      await until('the stranger answers', async () => {
        const answer = await fetch(`http://${published}/`).catch(() => undefined)
        return (await answer?.text()) === 'stranger\n'
      })
      for (let times = 0; times < 20; times++)
        expect((await get(url)).body).not.toContain('stranger')
      expect((await get(url)).status).toBe(404)
    } finally {
      await docker(['rm', '-f', stranger])
    }
  },
  60_000,
)
