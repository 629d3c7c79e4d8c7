import { expect } from 'bun:test'
import { AgentHome, until } from '../../e2e/support/agent-home.ts'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { untilNothingIsLeft } from '../crash/recovery.ts'
import { HomeView } from '../support/home-view.ts'
import { noPrivateEngine, PrivateEngine } from '../support/private-engine.ts'

const title =
  'an engine that stands still or is killed during runs: lists say unknown, output goes on or the command ends with the reason, and every end is recorded'

async function drill(): Promise<void> {
  await using engine = await PrivateEngine.up('faultdrill')
  await using home = new AgentHome({
    env: { DOCKER_HOST: engine.dockerHost, AGENTOPS_DAEMON_IDLE: '1' },
  })
  const view = new HomeView(home, engine.dockerHost)
  const count = 'i=0; while [ $i -lt 50 ]; do echo tick $i; i=$((i+1)); sleep 0.1; done'
  const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\n' })
  const start = (name: string): string[] => ['run', '--no-sandbox', '--name', name, project, '--']

  const paused = home.spawn([...start('paused'), 'sh', '-c', count])
  await home.answer(['run', '-d', '--no-sandbox', '--name', 'left', project, '--', 'sleep', '600'])
  await until('it runs', () => view.run('paused')?.state === 'running')
  engine.pause()
  const startedMs = performance.now()
  expect(await home.answer(['list'])).toMatch(/paused .* unknown /)
  const listMs = performance.now() - startedMs
  expect(listMs).toBeLessThan(2500)
  engine.resume()
  const output = new Response(paused.stdout).text()
  expect(await paused.exited).toBe(0)
  expect((await output).trim().split('\n')).toHaveLength(50)

  const killed = home.spawn([...start('killed'), 'sh', '-c', count])
  await until('it runs', () => view.run('killed')?.state === 'running')
  await engine.kill()
  const killedMs = performance.now()
  expect(await killed.exited).toBe(125)
  const endMs = performance.now() - killedMs
  expect(endMs).toBeLessThan(5000)
  const told = await new Response(killed.stderr).text()
  expect(told).toContain('the connection to the engine at unix://')
  expect(told).toContain('fix:')
  const { code, stderr } = await home.agent(['stop', 'left'])
  expect({ code, isTold: stderr.includes('no engine is listening') }).toEqual({
    code: 1,
    isTold: true,
  })
  await engine.restart()
  const backMs = performance.now()
  const names = ['killed', 'left']
  await until('both ends are recorded', () =>
    names.every((name) => view.run(name)?.cleanedAtMs !== undefined),
  )
  console.log(
    `stopped engine: list in ${listMs.toFixed(0)} ms, 50 of 50 lines; killed engine: command ended after ${endMs.toFixed(0)} ms, ` +
      `2 ends recorded ${(performance.now() - backMs).toFixed(0)} ms after it was back`,
  )
  expect(await home.answer(['logs', 'killed'])).toContain('tick 0')
  await untilNothingIsLeft(view)
}

const reason = noPrivateEngine()
if (reason === undefined) engineTest(title, drill, 180_000)
else skippedTest(title, reason)
