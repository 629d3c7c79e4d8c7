import { expect } from 'bun:test'
import { AgentHome, docker, until } from '../../e2e/support/agent-home.ts'
import { haveEnded, identityOf, signalProcess } from '../../engine/engine-processes.ts'
import { engineTest } from '../../engine/test-engine.ts'
import { untilNothingIsLeft } from '../crash/recovery.ts'
import { HomeView } from '../support/home-view.ts'

/** A detached run that ends by itself, with output, while the background process is dead. */
async function endUnseen(home: AgentHome, view: HomeView): Promise<string> {
  const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\n' })
  const command =
    'echo first words; while [ ! -e go ]; do sleep 0.05; done; echo last words >&2; exit 7'
  const start = ['run', '-d', '--no-sandbox', '--name', 'a', project]
  const id = await home.answer([...start, '--', 'sh', '-c', command])
  const daemon = identityOf(view.daemonPid() ?? 0)
  if (daemon === undefined) throw new Error('there is no background process')
  signalProcess(daemon, 'SIGKILL')
  expect(await haveEnded([daemon], 5000)).toBe(true)
  home.project('p', { go: '' })
  const container = await docker(['ps', '-aq', '--filter', `label=agentops.run-id=${id}`])
  await docker(['wait', container])
  expect(view.run('a')).toMatchObject({ state: 'running' })
  return id
}

const nextCommands = {
  list: () => ['list'],
  'list -a': () => ['list', '-a'],
  'run of another': (home: AgentHome) => [
    'run',
    '-d',
    '--no-sandbox',
    '--name',
    'b',
    home.project('p'),
    '--',
    'true',
  ],
  'stop of another': () => ['stop', 'nobody'],
  'proxy start': () => ['proxy', 'start'],
}

for (const [name, next] of Object.entries(nextCommands)) {
  engineTest(
    `a run that ended while the background process was dead is recorded after: ${name}`,
    async () => {
      await using home = new AgentHome({ env: { AGENTOPS_DAEMON_IDLE: '1' } })
      const view = new HomeView(home)
      const id = await endUnseen(home, view)
      await home.agent(next(home))
      await until('its end is recorded', () => view.run('a')?.cleanedAtMs !== undefined)
      expect(view.run('a')).toMatchObject({ id, state: 'failed', exitCode: 7 })
      expect(await home.answer(['logs', 'a'])).toContain('first words')
      const { stdout, stderr } = await home.agent(['logs', 'a'])
      expect(`${stdout}${stderr}`).toContain('last words')
      await home.agent(['proxy', 'stop'])
      await home.agent(['stop', '--all', '--time', '0'])
      await untilNothingIsLeft(view)
    },
  )
}
