import { expect } from 'bun:test'
import { AgentHome, get, until } from '../../e2e/support/agent-home.ts'
import { engineTest } from '../../engine/test-engine.ts'
import { untilNothingIsLeft } from '../crash/recovery.ts'
import { HomeView } from '../support/home-view.ts'
import { servedProject } from '../support/served-project.ts'

/** What each command comes to while the background process is stopped: how soon at the latest, its exit code, its words. */
const ends: [command: string[], limitMs: number, code: number, words: string][] = [
  [['list'], 2500, 0, 'running'],
  [['url', 'a'], 2500, 0, 'http://web.a.localhost:'],
  [['logs', 'a'], 2500, 0, ''],
  [['exec', 'a', '--', 'echo', 'in there'], 4000, 0, 'in there'],
  [['stop', 'b', '--time', '0'], 5000, 0, 'b'],
  [['destroy', 'c', '--time', '0'], 5000, 0, 'c'],
  [['status'], 9000, 0, 'does not answer'],
  [['proxy', 'status'], 9000, 1, 'does not answer'],
  [['proxy', 'stop'], 9000, 1, 'does not answer'],
  [['proxy', 'start'], 9000, 1, 'does not answer'],
  [['run', '-d', '--no-sandbox', '--name', 'd', '.'], 9000, 125, 'does not answer'],
  [['run', '--no-sandbox', '--name', 'e', '.'], 9000, 125, 'does not answer'],
]

engineTest(
  'while the background process is stopped every command ends in time and says so; then it goes on as before',
  async () => {
    await using home = new AgentHome({ env: { AGENTOPS_DAEMON_IDLE: '1' } })
    const view = new HomeView(home)
    const project = servedProject(home)
    for (const name of ['a', 'b', 'c'])
      await home.answer(['run', '-d', '--no-sandbox', '--name', name, project])
    const pid = view.daemonPid()
    if (pid === undefined) throw new Error('there is no background process')
    process.kill(pid, 'SIGSTOP')
    const table: string[] = []
    try {
      await Promise.all(
        ends.map(async ([command, limitMs, code, words]) => {
          const startedMs = performance.now()
          const end = await home.agent(command, { cwd: project })
          const ms = performance.now() - startedMs
          table.push(`  ${command.join(' ')}: exit ${end.code} after ${ms.toFixed(0)} ms`)
          expect({ command, code: end.code }).toEqual({ command, code })
          expect(end.stdout + end.stderr).toContain(words)
          if (code !== 0) expect(end.stderr).toContain(`kill -CONT ${pid}`)
          expect(ms).toBeLessThan(limitMs)
        }),
      )
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    console.log(table.sort().join('\n'))
    expect(await view.containers()).toHaveLength(1)
    const url = await home.answer(['url', 'a'])
    await until('a answers again', async () => (await get(url)).status === 200)
    await home.answer(['run', '-d', '--no-sandbox', '--name', 'f', project])
    expect(view.daemonPid()).toBe(pid)
    await home.answer(['stop', '--all', '--time', '0'])
    await untilNothingIsLeft(view)
  },
  90_000,
)

engineTest(
  'an attached run goes on while the background process is stopped, and ends as it should',
  async () => {
    await using home = new AgentHome({ env: { AGENTOPS_DAEMON_IDLE: '1' } })
    const view = new HomeView(home)
    const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\n' })
    const count = 'for i in 1 2 3 4 5 6 7 8 9 10; do echo tick $i; sleep 0.2; done; exit 4'
    const command = home.spawn([
      'run',
      '--no-sandbox',
      '--name',
      'a',
      project,
      '--',
      'sh',
      '-c',
      count,
    ])
    await until('it runs', () => view.run('a')?.state === 'running')
    const pid = view.daemonPid() ?? 0
    process.kill(pid, 'SIGSTOP')
    try {
      expect(await command.exited).toBe(4)
      expect((await new Response(command.stdout).text()).trim().split('\n')).toHaveLength(10)
      expect(view.run('a')).toMatchObject({ state: 'failed', exitCode: 4 })
      expect(await view.containers()).toEqual([])
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await untilNothingIsLeft(view)
  },
)
