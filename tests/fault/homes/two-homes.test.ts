import { expect } from 'bun:test'
import { AgentHome, docker, get, until } from '../../e2e/support/agent-home.ts'
import { haveEnded, identityOf, signalProcess } from '../../engine/engine-processes.ts'
import { engineTest, testLabels } from '../../engine/test-engine.ts'
import { untilNothingIsLeft } from '../crash/recovery.ts'
import { HomeView } from '../support/home-view.ts'
import { servedProject } from '../support/served-project.ts'

type Side = { home: AgentHome; view: HomeView; commands: ReturnType<AgentHome['spawn']>[] }

/** A detached and an attached run in a home of its own. */
async function begin(home: AgentHome): Promise<Side> {
  const view = new HomeView(home)
  const project = servedProject(home)
  await home.answer(['run', '-d', '--no-sandbox', '--name', 'left', project])
  const attached = home.spawn(['run', '--no-sandbox', '--name', 'held', project])
  await until('both run', () => runningNames(view).length === 2)
  return { home, view, commands: [attached] }
}

function runningNames(view: HomeView): string[] {
  return view
    .runs()
    .filter(({ state }) => state === 'running')
    .map(({ name }) => name)
    .sort()
}

/** kill -9 of every process of a home. */
async function crash({ view, commands }: Side): Promise<void> {
  const pids = [view.daemonPid() ?? 0, ...commands.map(({ pid }) => pid)]
  const victims = pids.flatMap((pid) => identityOf(pid) ?? [])
  expect(victims).toHaveLength(pids.length)
  for (const victim of victims) signalProcess(victim, 'SIGKILL')
  expect(await haveEnded(victims, 5000)).toBe(true)
}

/** Every command that makes or removes, and some that read. */
const everyCommand = (home: AgentHome): string[][] => [
  ['list', '-a'],
  ['run', '-d', '--no-sandbox', '--name', 'more', servedProject(home)],
  ['stop', 'more', '--time', '0'],
  ['stop', '--all', '--time', '0'],
  ['destroy', '--all', '--time', '0'],
  ['proxy', 'start'],
  ['proxy', 'stop'],
  ['status'],
]

/** A look at the list is enough: the detached run is reached again where it was, the other one ends. */
async function expectServedAgain({ home, view }: Side): Promise<void> {
  const url = await home.answer(['url', 'left'])
  await home.answer(['list'])
  await until('the detached run answers again', async () => {
    const answer = await get(url).catch(() => undefined)
    return answer?.status === 200 && answer.body.includes('I am left')
  })
  await until('the attached one is ended', () => view.run('held')?.cleanedAtMs !== undefined)
}

async function expectUntouched({ home, view }: Side, before: string[]): Promise<void> {
  expect(runningNames(view)).toEqual(['held', 'left'])
  expect(await view.containers()).toEqual(before)
  for (const name of ['held', 'left']) {
    const url = await home.answer(['url', name])
    await until(`${name} answers`, async () => (await get(url)).status === 200)
    expect((await get(url)).body).toContain(`I am ${name} ${view.run(name)?.id}`)
  }
}

engineTest(
  'a home that crashed and is cleaned up takes nothing from another home on the same engine, nor from strangers',
  async () => {
    await using foreign = await foreignResources()
    await using first = new AgentHome({ env: { AGENTOPS_DAEMON_IDLE: '1' } })
    await using second = new AgentHome({ env: { AGENTOPS_DAEMON_IDLE: '1' } })
    const sides = [await begin(first), await begin(second)] as const
    let commands = 0
    for (const [crashed, other] of [sides, sides.toReversed()]) {
      if (crashed === undefined || other === undefined) throw new Error('two sides')
      const before = await other.view.containers()
      await crash(crashed)
      await expectServedAgain(crashed)
      for (const command of everyCommand(crashed.home)) {
        const { code, stderr } = await crashed.home.agent(command)
        expect({ command, code, stderr: code === 0 ? '' : stderr }).toEqual({
          command,
          code: 0,
          stderr: '',
        })
        commands += 1
        await expectUntouched(other, before)
      }
      await untilNothingIsLeft(crashed.view)
      await foreign.expectUntouched()
      if (crashed === sides[0]) Object.assign(sides[0], await begin(first))
    }
    console.log(
      `${commands} commands after two crashes: the other home and three foreign things untouched`,
    )
  },
  120_000,
)

/** A running container, a network and a volume that are nobody's of ours, one of them with labels like ours. */
async function foreignResources(): Promise<AsyncDisposable & { expectUntouched(): Promise<void> }> {
  const name = `foreign-${crypto.randomUUID().slice(0, 8)}`
  const labels = Object.entries({
    ...testLabels(),
    'agentops.home': 'ffffffffffffffff',
    'agentops.run-id': 'run_ffffffffffff',
  })
  const marks = labels.flatMap(([key, value]) => ['--label', `${key}=${value}`])
  await docker(['network', 'create', ...marks, name])
  await docker(['volume', 'create', ...marks, name])
  await docker([
    'run',
    '-d',
    '--name',
    name,
    ...marks,
    '--network',
    name,
    '-v',
    `${name}:/v`,
    'busybox',
    'sleep',
    '600',
  ])
  return {
    async expectUntouched() {
      expect(await docker(['inspect', '-f', '{{.State.Running}} {{.RestartCount}}', name])).toBe(
        'true 0',
      )
      expect(await docker(['volume', 'inspect', '-f', '{{.Name}}', name])).toBe(name)
      expect(
        await docker(['network', 'inspect', '-f', '{{.Name}} {{len .Containers}}', name]),
      ).toBe(`${name} 1`)
    },
    async [Symbol.asyncDispose]() {
      await docker(['rm', '-f', name])
      await docker(['network', 'rm', name])
      await docker(['volume', 'rm', name])
    },
  }
}
