import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { AgentHome, until } from '../../e2e/support/agent-home.ts'
import { haveEnded, identityOf, signalProcess } from '../../engine/engine-processes.ts'
import { engineTest, testEngine } from '../../engine/test-engine.ts'
import { EngineRelay, type HeldRequest } from '../support/engine-relay.ts'
import { HomeView } from '../support/home-view.ts'

type Late = { home: AgentHome; view: HomeView; relay: EngineRelay; create: HeldRequest }

/** A command that dies while the engine makes its container, and the background process with it or not. */
async function dieWhileCreating(
  home: AgentHome,
  relay: EngineRelay,
  daemonToo: boolean,
): Promise<Late> {
  const view = new HomeView(home)
  const create = relay.holdBack('/containers/create')
  const command = home.spawn([...start(home, 'a')])
  await create.arrived
  await until('the background process is there', () => view.daemonPid() !== undefined)
  const victims = [command.pid, ...(daemonToo ? [view.daemonPid() ?? 0] : [])]
  const dying = victims.flatMap((pid) => identityOf(pid) ?? [])
  for (const each of dying) signalProcess(each, 'SIGKILL')
  expect(await haveEnded(dying, 5000)).toBe(true)
  return { home, view, relay, create }
}

function start(home: AgentHome, name: string): string[] {
  const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\n' })
  return ['run', '-d', '--no-sandbox', '--name', name, project, '--', 'sleep', '60']
}

/** The run is over, then the engine makes the container, and somebody removes it. */
async function expectRemoved({ view, create }: Late): Promise<void> {
  create.deliver()
  const logged = (): boolean =>
    readFileSync(view.paths.daemonLog, 'utf8').includes('whose run is over')
  await until('the late container is removed', logged)
  await until('nothing is left', async () => (await view.containers()).length === 0)
}

engineTest('a container made after its command died is removed when it appears', async () => {
  await using relay = await EngineRelay.start(testEngine().dockerHost)
  await using home = new AgentHome({ env: { DOCKER_HOST: relay.dockerHost } })
  const late = await dieWhileCreating(home, relay, false)
  await until('the run is ended', () => late.view.run('a')?.cleanedAtMs !== undefined)
  expect(late.view.run('a')).toMatchObject({ state: 'failed', exitCode: 125 })
  await expectRemoved(late)
})

engineTest(
  'also when the background process died too, and the next command has just ended the run',
  async () => {
    await using relay = await EngineRelay.start(testEngine().dockerHost)
    await using home = new AgentHome({ env: { DOCKER_HOST: relay.dockerHost } })
    const late = await dieWhileCreating(home, relay, true)
    await home.agent(['stop'])
    expect(late.view.run('a')).toMatchObject({ state: 'failed', exitCode: 125 })
    await until('a background process watches', () => late.view.daemonPid() !== undefined)
    await expectRemoved(late)
  },
)

engineTest('also when nobody was watching: the next background process finds it', async () => {
  await using relay = await EngineRelay.start(testEngine().dockerHost)
  await using home = new AgentHome({
    env: { DOCKER_HOST: relay.dockerHost, AGENTOPS_DAEMON_IDLE: '0.5' },
  })
  const late = await dieWhileCreating(home, relay, true)
  const { view, create } = late
  await home.agent(['stop'])
  await until('the background process ends', async () => (await view.processes()).length === 0)
  create.deliver()
  await until('the container appears', async () => (await view.containers()).length === 1)
  await home.answer(start(home, 'b'))
  await until('it is removed', async () => (await view.containers()).length === 1)
  expect((await view.containers())[0]).toContain('agentops-b-')
})
