import { expect } from 'bun:test'
import { join } from 'node:path'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, get, until } from '../support/agent-home.ts'

const examples = join(import.meta.dirname, '../../../examples')

engineTest(
  'examples/python answers in the official image of Python',
  async () => {
    await using home = new AgentHome()
    await home.answer(['run', '-d', join(examples, 'python')])
    const url = await home.answer(['url', 'python', 'web'])
    await until('it answers', async () => (await get(url)).status === 200)
    const { body } = await get(url, { path: '/hello' })
    expect(JSON.parse(body)).toMatchObject({ agent: 'python', url, path: '/hello' })
    // It ends by itself on SIGTERM: a stop that waits for SIGKILL takes the whole of this time.
    const startedMs = performance.now()
    await home.answer(['stop', 'python', '--time', '20'])
    expect(performance.now() - startedMs).toBeLessThan(10_000)
  },
  60_000,
)

engineTest('examples/several-runtimes is refused as long as images are not built', async () => {
  await using home = new AgentHome()
  const { code, stderr } = await home.agent(['run', join(examples, 'several-runtimes')])
  expect(code).toBe(2)
  expect(stderr).toContain('agent.yaml:7:5: dependency jq is not available yet')
  expect(await home.answer(['build', '--print', join(examples, 'several-runtimes')])).toStartWith(
    'FROM debian:bookworm-slim\n',
  )
})
