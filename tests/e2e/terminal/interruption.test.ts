import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome } from '../support/agent-home.ts'
import { TerminalScreen, terminalTest } from './terminal-screen.ts'

/** Ends in good order at SIGTERM, which takes it a moment. */
const ORDERLY = `trap 'echo ending; sleep 0.5; echo ended; exit 4' TERM
echo ready
while :; do sleep 0.1; echo tick; done`

/** Does not end by itself. */
const STUBBORN = `trap 'echo not yet' TERM
echo ready
while :; do sleep 0.1; done`

terminalTest('Ctrl-C once stops a run in good order', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\n' })
  await using screen = await TerminalScreen.open(home)
  await screen.agent(['run', '--name', 'a', project, '--', 'sh', '-c', ORDERLY])
  await screen.shows('ready')
  await screen.press('C-c')
  await screen.shows(/ending\nended\n/)
  await screen.prompt()
  await screen.enter('echo "code $?"')
  await screen.shows('code 130')
  expect(await home.answer(['list', '-a'])).toMatch(/^a .* stopped/m)
})

terminalTest('Ctrl-C twice kills a run that does not end', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\n' })
  await using screen = await TerminalScreen.open(home)
  await screen.agent(['run', '--name', 'a', project, '--', 'sh', '-c', STUBBORN])
  await screen.shows(/^ready$/m)
  await screen.press('C-c')
  await screen.shows('not yet')
  await screen.press('C-c')
  await screen.prompt(5000)
  await screen.enter('echo "code $?"')
  await screen.shows('code 130')
  expect(await home.answer(['list', '-a'])).toMatch(/^a .* stopped/m)
})

engineTest('Ctrl-C at attach stops the run, also one that was detached', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\n' })
  await home.answer(['run', '-d', '--name', 'a', project, '--', 'sh', '-c', ORDERLY])
  const attached = home.spawn(['attach', 'a'])
  let output = ''
  for await (const bytes of attached.stdout) {
    // What comes first shows that it is connected.
    if (output === '') attached.kill('SIGINT')
    output += Buffer.from(bytes).toString()
  }
  expect(await attached.exited).toBe(130)
  expect(output).toContain('ending\nended\n')
  expect(await home.answer(['list', '-a'])).toMatch(/^a .* stopped/m)
})
