import { expect } from 'bun:test'
import { AgentHome, until } from '../../e2e/support/agent-home.ts'
import type { Finished } from '../../support/finished.ts'
import { engineTest, testEngine } from '../../engine/test-engine.ts'
import { untilInOrder, untilNothingIsLeft } from '../crash/recovery.ts'
import { EngineRelay } from '../support/engine-relay.ts'
import { HomeView } from '../support/home-view.ts'
import { servedProject } from '../support/served-project.ts'

type Timed = Finished & { ms: number }

async function timed(home: AgentHome, command: readonly string[]): Promise<Timed> {
  const startedMs = performance.now()
  const finished = await home.agent(command)
  return { ...finished, ms: performance.now() - startedMs }
}

/** What each command comes to while the engine stands still: how soon at the latest, its exit code, its words. */
const ends: [command: string[], limitMs: number, code: number, words: string][] = [
  [['list'], 2500, 0, 'unknown'],
  [['list', '-a'], 2500, 0, 'unknown'],
  [['status'], 3500, 0, 'unknown: no answer within 2 s'],
  [['url', 'a'], 1500, 0, 'http://web.a.localhost'],
  [['proxy', 'status'], 1500, 0, 'http://localhost:'],
  [['run', '-d', '--no-sandbox', '--name', 'c', '.'], 8000, 125, 'did not answer within 5 s'],
  [['logs', 'a'], 8000, 125, 'did not answer within 5 s'],
  [['exec', 'a', '--', 'true'], 8000, 125, 'did not answer within 5 s'],
  [['attach', 'a'], 8000, 125, 'did not answer within 5 s'],
  [['stop', 'a'], 12_000, 1, 'could not find the container of "a"'],
  [['destroy', 'b'], 12_000, 1, 'could not find the container of "b"'],
]

engineTest(
  'while the engine stands still every command ends in time and says so; afterwards all is as before',
  async () => {
    await using relay = await EngineRelay.start(testEngine().dockerHost)
    await using home = new AgentHome({
      env: { DOCKER_HOST: relay.dockerHost, AGENTOPS_DAEMON_IDLE: '1' },
    })
    const view = new HomeView(home)
    const project = servedProject(home)
    for (const name of ['a', 'b'])
      await home.answer(['run', '-d', '--no-sandbox', '--name', name, project])
    relay.freeze()
    const table: string[] = []
    await Promise.all(
      ends.map(async ([command, limitMs, code, words]) => {
        const end = await timed(home, command)
        table.push(`  ${command.join(' ')}: exit ${end.code} after ${end.ms.toFixed(0)} ms`)
        const text = end.stdout + end.stderr
        expect({ command, code: end.code }).toEqual({ command, code })
        expect(text).toContain(words)
        expect(end.ms).toBeLessThan(limitMs)
        if (code !== 0) expect(text).toContain('fix:')
      }),
    )
    console.log(table.sort().join('\n'))
    relay.thaw()
    await untilInOrder(view)
    expect(view.runs().map(({ name, state }) => `${name} ${state}`)).toEqual([
      'b running',
      'a running',
    ])
    await home.answer(['stop', '--all', '--time', '0'])
    await untilNothingIsLeft(view)
  },
  90_000,
)

engineTest(
  'a second Ctrl-C leaves a start that the engine does not answer, and nothing remains of it',
  async () => {
    await using relay = await EngineRelay.start(testEngine().dockerHost)
    await using home = new AgentHome({
      env: { DOCKER_HOST: relay.dockerHost, AGENTOPS_DAEMON_IDLE: '1' },
    })
    const view = new HomeView(home)
    const create = relay.holdBack('/containers/create')
    const command = home.spawn(['run', '--no-sandbox', '--name', 'a', servedProject(home)])
    await create.arrived
    command.kill('SIGINT')
    await Bun.sleep(200)
    expect(command.exitCode).toBeNull()
    command.kill('SIGINT')
    const leftMs = performance.now()
    expect(await command.exited).toBe(130)
    expect(performance.now() - leftMs).toBeLessThan(1000)
    expect(await new Response(command.stderr).text()).toContain('interrupted again')
    create.deliver()
    await until('the run is ended', () => view.run('a')?.cleanedAtMs !== undefined)
    expect(view.run('a')).toMatchObject({ state: 'failed', exitCode: 125 })
    await untilNothingIsLeft(view)
  },
)
