import { expect } from 'bun:test'
import * as z from 'zod'
import { AgentHome, get, until } from '../../e2e/support/agent-home.ts'
import { engineTest } from '../../engine/test-engine.ts'
import { untilNothingIsLeft } from '../crash/recovery.ts'
import { HomeView } from '../support/home-view.ts'
import { servedProject } from '../support/served-project.ts'

const rounds = 20

const listing = z.object({
  runs: z.array(
    z.object({
      name: z.string(),
      id: z.string(),
      state: z.string(),
      services: z.array(z.object({ name: z.string(), url: z.url() })),
    }),
  ),
})

type Listed = z.infer<typeof listing>['runs'][number]

engineTest(
  'a name is started and stopped again and again while somebody lists: never a wrong state, never the route of another run',
  async () => {
    await using home = new AgentHome({ env: { AGENTOPS_DAEMON_IDLE: '1' } })
    const view = new HomeView(home)
    const project = servedProject(home)
    const listings: Listed[][] = []
    const over = new AbortController()
    const listAllTheTime = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const { code, stdout, stderr } = await home.agent(['list', '-a', '--json'])
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        listings.push(listing.parse(JSON.parse(stdout)).runs)
      }
    }
    const ids: string[] = []
    const startAndStop = async (): Promise<void> => {
      try {
        for (let round = 0; round < rounds; round++) {
          const id = await home.answer(['run', '-d', '--no-sandbox', '--name', 'again', project])
          ids.push(id)
          const url = await home.answer(['url', 'again'])
          await until('it answers', async () => (await get(url)).status === 200)
          expect((await get(url)).body).toBe(`I am again ${id}\n`)
          await home.answer(['stop', 'again', '--time', '0'])
          expect((await get(url)).status).toBe(404)
        }
      } finally {
        over.abort()
      }
    }
    await Promise.all([startAndStop(), listAllTheTime()])
    check(listings, ids)
    console.log(`${rounds} rounds, ${listings.length} listings: ${statesIn(listings)}`)
    await untilNothingIsLeft(view)
  },
  120_000,
)

const ended = new Set(['stopped', 'failed'])

function check(listings: readonly Listed[][], ids: readonly string[]): void {
  const order = new Map(ids.map((id, index) => [id, index]))
  let newest = -1
  const over = new Set<string>()
  for (const runs of listings) {
    const live = runs.filter(({ state }) => !ended.has(state))
    expect(live.length).toBeLessThan(2)
    for (const { id, state, services } of runs) {
      // What has ended stays so, and has no route; only a running one has one.
      if (over.has(id)) expect(ended.has(state)).toBe(true)
      if (services.length > 0) expect(['running', 'stopping']).toContain(state)
      if (ended.has(state)) over.add(id)
      expect(['created', 'starting', 'running', 'stopping', 'stopped']).toContain(state)
      expect(order.has(id)).toBe(true)
    }
    for (const { id } of live) {
      expect(order.get(id) ?? -1).toBeGreaterThanOrEqual(newest)
      newest = order.get(id) ?? newest
    }
  }
}

function statesIn(listings: readonly Listed[][]): string {
  const counts = new Map<string, number>()
  for (const { state } of listings.flat()) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].map(([state, count]) => `${state} ${count}`).join(', ')
}
