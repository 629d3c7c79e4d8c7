import { expect } from 'bun:test'
import { join } from 'node:path'
import { z } from 'zod'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, docker, get, until } from '../support/agent-home.ts'

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

engineTest(
  'examples/several-runtimes is built once, and has all three languages work together',
  async () => {
    await using cleanUp = new AsyncDisposableStack()
    const home = new AgentHome()
    const project = join(examples, 'several-runtimes')
    const { image } = z
      .object({ image: z.string() })
      .parse(await home.json(['build', '--print', project]))
    // In this order: an image that a container uses stays.
    cleanUp.defer(async () => {
      await docker(['rmi', image])
    })
    cleanUp.use(home)
    const first = await home.agent(['run', '-d', '--name', 'first', project])
    expect(first.stderr).toContain(`building ${image}`)
    const second = await home.agent(['run', '-d', '--name', 'second', project])
    expect(second.stderr).not.toContain('building')
    const url = await home.answer(['url', 'second', 'web'])
    await until('it answers', async () => (await get(url)).status === 200)
    expect((await get(url)).body).toBe('{"agent":3,"every":3,"one":3}\n')
  },
  5 * 60_000,
)
