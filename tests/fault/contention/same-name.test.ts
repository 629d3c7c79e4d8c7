import { expect } from 'bun:test'
import { AgentHome, docker, get, until } from '../../e2e/support/agent-home.ts'
import { engineTest } from '../../engine/test-engine.ts'

const IDLE = 'image: busybox:latest\ncommand: [sleep, "1000"]\n'
const SERVED = `image: busybox:latest
ports: { web: 3000 }
command: |
  mkdir -p /tmp/www && echo "$AGENTOPS_RUN_ID" > /tmp/www/index.html
  exec busybox httpd -f -p 3000 -h /tmp/www
`

/** Ids of the home's containers, running or not, by the ids of its runs. */
async function containersOf(home: AgentHome): Promise<string[]> {
  const runs = [...(await home.answer(['list', '-a'])).matchAll(/run_[0-9a-f]{12}/g)]
  const found = await Promise.all(
    runs.map(([id]) => docker(['ps', '-aq', '--filter', `label=agentops.run-id=${id}`])),
  )
  return found.flatMap((ids) => ids.split('\n').filter(Boolean))
}

engineTest(
  'of twenty runs of one name at once, one wins and nineteen name it',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': IDLE })
    const attempts = await Promise.all(
      Array.from({ length: 20 }, () => home.agent(['run', '-d', '--name', 'x', project])),
    )
    const winners = attempts.filter(({ code }) => code === 0)
    expect(winners).toHaveLength(1)
    const id = winners[0]?.stdout.trim() ?? ''
    const losers = attempts.filter(({ code }) => code !== 0)
    expect(losers.map(({ code }) => code)).toEqual(Array.from({ length: 19 }, () => 125))
    for (const { stderr } of losers) expect(stderr).toContain(`the name "x" is taken by ${id}`)
    expect(await containersOf(home)).toHaveLength(1)
    await home.answer(['stop', 'x', '--time', '0'])
    expect(await containersOf(home)).toEqual([])
  },
  120_000,
)

engineTest(
  'twenty runs of different names at once share one daemon, and are stopped at once',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': SERVED })
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`)
    const started = await Promise.all(
      names.map((name) => home.agent(['run', '-d', '--name', name, project])),
    )
    expect(started.filter(({ code }) => code !== 0).map(({ stderr }) => stderr)).toEqual([])
    const url = new URL(await home.answer(['url', 'n0']))
    for (const [index, name] of names.entries()) {
      const host = `http://web.${name}.localhost:${url.port}`
      await until(`${name} answers`, async () => (await get(host)).status === 200)
      expect((await get(host)).body.trim()).toBe(started[index]?.stdout.trim() ?? '')
    }
    await home.answer(['stop', '--all', '--time', '0'])
    expect(await containersOf(home)).toEqual([])
  },
  180_000,
)

engineTest(
  'a name started and stopped twenty times never shows another run, whoever lists meanwhile',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': SERVED })
    const seen: string[] = []
    const listing = { over: false }
    const watcher = (async () => {
      while (!listing.over) seen.push(await home.answer(['list']))
    })()
    for (let round = 0; round < 20; round++) {
      const id = await home.answer(['run', '-d', '--name', 'again', project])
      const url = await home.answer(['url', 'again'])
      await until('it answers', async () => (await get(url)).status === 200)
      expect((await get(url)).body.trim()).toBe(id)
      await home.answer(['stop', 'again', '--time', '0'])
      expect((await get(url)).status).toBe(404)
    }
    listing.over = true
    await watcher
    expect(seen.length).toBeGreaterThan(20)
    // One header, and never more than one live run of the name.
    for (const text of seen) expect(text.split('\n').length).toBeLessThanOrEqual(2)
  },
  180_000,
)
