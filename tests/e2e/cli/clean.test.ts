import { expect } from 'bun:test'
import { z } from 'zod'
import { engineVolumeName } from '../../../src/run/docker-inside.ts'
import { ownNetworkName } from '../../../src/run/network-name.ts'
import { haveEnded, identityOf, signalProcess } from '../../engine/engine-processes.ts'
import { engineTest, testLabels } from '../../engine/test-engine.ts'
import { HomeView } from '../../fault/support/home-view.ts'
import { AgentHome, docker, until } from '../support/agent-home.ts'

const SLEEPER = 'image: busybox:latest\ncommand: [sleep, "600"]\n'
const BRIEF = 'image: busybox:latest\ncommand: ["true"]\n'

/** What a run that nobody remembers has left, as an engine does that makes it after the command was killed. */
class Leavings implements AsyncDisposable {
  readonly volume: string
  readonly network: string
  readonly container: string
  readonly image: string
  readonly #labels: readonly string[]

  constructor(homeId: string, digits: string) {
    const runId = `run_${digits}`
    this.volume = engineVolumeName(runId)
    this.network = ownNetworkName(runId)
    this.container = `agentops-lost-${digits}`
    this.image = `agentops/run:${digits}0000`
    this.#labels = Object.entries({
      ...testLabels(),
      'agentops.home': homeId,
      'agentops.version': '1',
    }).map(([name, value]) => `${name}=${value}`)
  }

  async make(runId: string): Promise<void> {
    const ofRun = [...this.#labels, `agentops.run-id=${runId}`]
    const labels = ofRun.flatMap((label) => ['--label', label])
    await docker(['volume', 'create', ...labels, this.volume])
    await docker(['network', 'create', ...labels, this.network])
    await docker(['create', ...labels, '--name', this.container, 'busybox:latest'])
  }

  async makeImage(): Promise<void> {
    const id = await docker([
      'create',
      ...this.#labels.flatMap((label) => ['--label', label]),
      'busybox:latest',
    ])
    await docker(['commit', id, this.image])
    await docker(['rm', id])
  }

  /** Which of them are there, by name. */
  async held(): Promise<string[]> {
    const names = await Promise.all([
      docker(['volume', 'ls', '-q']),
      docker(['network', 'ls', '--format', '{{.Name}}']),
      docker(['ps', '-a', '--format', '{{.Names}}']),
      docker(['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}']),
    ])
    const there = new Set(names.flatMap((text) => text.split('\n')))
    return [this.volume, this.network, this.container, this.image].filter((name) => there.has(name))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await docker(['rm', '-f', this.container])
    await docker(['volume', 'rm', '-f', this.volume])
    await docker(['network', 'rm', this.network]).catch(() => undefined)
    await docker(['image', 'rm', '-f', this.image]).catch(() => undefined)
  }
}

/** kill -9 of an attached run's command and of the background process, at once. */
async function orphan(home: AgentHome, view: HomeView, project: string): Promise<void> {
  const command = home.spawn(['run', '--name', 'orphaned', project])
  await until('it runs', () => view.run('orphaned')?.state === 'running')
  const victims = [command.pid, view.daemonPid() ?? 0].flatMap((pid) => identityOf(pid) ?? [])
  expect(victims).toHaveLength(2)
  for (const victim of victims) signalProcess(victim, 'SIGKILL')
  expect(await haveEnded(victims, 5000)).toBe(true)
}

/** As a container of a home says it. */
async function homeIdOf(view: HomeView, run: string): Promise<string> {
  const id = z.string().parse(view.run(run)?.containerId)
  return docker(['inspect', '--format', '{{index .Config.Labels "agentops.home"}}', id])
}

engineTest(
  'clean removes what ended, was orphaned or forgotten, and touches nothing that is live or foreign',
  async () => {
    await using home = new AgentHome()
    await using other = new AgentHome()
    const view = new HomeView(home)
    const otherView = new HomeView(other)
    const project = home.project('p', { 'agent.yaml': SLEEPER })
    await home.answer(['run', '-d', '--name', 'live', project])
    await home.answer(['run', '--name', 'ended', home.project('b', { 'agent.yaml': BRIEF })])
    await other.answer([
      'run',
      '-d',
      '--name',
      'theirs',
      other.project('p', { 'agent.yaml': SLEEPER }),
    ])
    await orphan(home, view, project)
    await using lost = new Leavings(await homeIdOf(view, 'live'), 'c1ea00000001')
    await using foreign = new Leavings(await homeIdOf(otherView, 'theirs'), 'c1ea00000002')
    await lost.make('run_c1ea00000001')
    await lost.makeImage()
    // Not stray to the other: this run of his is live.
    await foreign.make(z.string().parse(otherView.run('theirs')?.id))
    await foreign.makeImage()
    const theirs = await foreign.held()

    const shown = await home.answer(['clean', '--dry-run'])
    for (const line of [
      /^remove {3}run {8}ended \(/m,
      /^remove {3}run {8}orphaned \(run_\w+, orphaned/m,
      `remove   container  ${lost.container}`,
      `remove   volume     ${lost.volume}`,
      `remove   network    ${lost.network}`,
      `remove   image      ${lost.image}`,
      `foreign  image      ${foreign.image}`,
      `foreign  volume     ${foreign.volume}`,
    ])
      expect(shown).toMatch(line)
    expect(shown).not.toMatch(/^remove .*(live|theirs|c1ea00000002)/m)
    expect(await lost.held()).toHaveLength(4)

    await home.answer(['clean', '-f'])
    expect(await lost.held()).toEqual([])
    expect(await foreign.held()).toEqual(theirs)
    expect(theirs).toHaveLength(4)
    expect(view.runs().map(({ name, state }) => `${name} ${state}`)).toEqual(['live running'])
    expect(await other.answer(['list'])).toMatch(/^theirs .* running /m)
    expect(await home.answer(['clean', '--dry-run'])).toStartWith('nothing to remove')
  },
  60_000,
)

engineTest(
  'what no run accounts for goes when the background process comes to the engine',
  async () => {
    await using home = new AgentHome()
    const view = new HomeView(home)
    const project = home.project('p', { 'agent.yaml': SLEEPER })
    await home.answer(['run', '-d', '--name', 'live', project])
    await using lost = new Leavings(await homeIdOf(view, 'live'), 'c1ea00000003')
    const daemon = identityOf(view.daemonPid() ?? 0)
    if (daemon !== undefined) signalProcess(daemon, 'SIGKILL')
    await lost.make('run_c1ea00000003')
    await home.answer(['list'])
    await until('nothing is left of it', async () => (await lost.held()).length === 0)
    expect(view.run('live')?.state).toBe('running')
  },
)
