import { expect } from 'bun:test'
import { AgentHome, get, until } from '../../e2e/support/agent-home.ts'
import { engineTest } from '../../engine/test-engine.ts'
import { untilNothingIsLeft } from '../crash/recovery.ts'
import { HomeView } from '../support/home-view.ts'
import { servedProject } from '../support/served-project.ts'

const count = 20

function start(home: AgentHome, name: string): string[] {
  return ['run', '-d', '--no-sandbox', '--name', name, servedProject(home)]
}

engineTest(
  'of twenty starts of one name at once one wins, and the others name it',
  async () => {
    await using home = new AgentHome({ env: { AGENTOPS_DAEMON_IDLE: '1' } })
    const view = new HomeView(home)
    const startedMs = performance.now()
    const ends = await Promise.all(
      Array.from({ length: count }, () => home.agent(start(home, 'x'))),
    )
    const tookMs = performance.now() - startedMs
    const winners = ends.filter(({ code }) => code === 0).map(({ stdout }) => stdout.trim())
    expect(winners).toHaveLength(1)
    const losers = ends.filter(({ code }) => code !== 0)
    expect(losers.map(({ code }) => code)).toEqual(Array.from({ length: count - 1 }, () => 125))
    for (const { stderr } of losers)
      expect(stderr).toContain(`the name "x" is taken by ${winners[0]} (`)
    expect(view.runs().map(({ id }) => id)).toEqual(winners)
    expect(await view.containers()).toHaveLength(1)
    console.log(
      `${count} starts of one name: 1 won, ${losers.length} named it, ${tookMs.toFixed(0)} ms`,
    )
    await home.answer(['stop', 'x', '--time', '0'])
    await untilNothingIsLeft(view)
  },
  60_000,
)

engineTest(
  'twenty starts of different names share one background process, are all reached, and stop at once',
  async () => {
    await using home = new AgentHome({ env: { AGENTOPS_DAEMON_IDLE: '1' } })
    const view = new HomeView(home)
    const names = Array.from({ length: count }, (_, index) => `n${index}`)
    const startedMs = performance.now()
    const ids = await Promise.all(names.map((name) => home.answer(start(home, name))))
    const startMs = performance.now() - startedMs
    expect(await view.processes()).toEqual([String(view.daemonPid())])
    for (const [index, name] of names.entries()) {
      const url = await home.answer(['url', name])
      await until(`${name} answers`, async () => (await get(url)).status === 200)
      expect((await get(url)).body).toBe(`I am ${name} ${ids[index]}\n`)
    }
    const stoppingMs = performance.now()
    const stops = await Promise.all(names.map((name) => home.agent(['stop', name, '--time', '0'])))
    const stopMs = performance.now() - stoppingMs
    expect(stops.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      names.map((name) => ({ code: 0, stdout: `${name}\n` })),
    )
    console.log(
      `${count} names: started in ${startMs.toFixed(0)} ms, all reached, stopped in ${stopMs.toFixed(0)} ms`,
    )
    await untilNothingIsLeft(view)
  },
  120_000,
)
