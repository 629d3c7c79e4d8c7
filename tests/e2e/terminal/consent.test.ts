import { expect } from 'bun:test'
import { AgentHome, IN_GVISOR } from '../support/agent-home.ts'
import { TerminalScreen, terminalTest } from './terminal-screen.ts'

const ASKS = { 'agent.yaml': 'image: busybox:latest\nsandbox: none\n' }
const QUESTION = 'from now on? [y/N]'

terminalTest('on a terminal a run asks, no is no, and yes is kept', async () => {
  await using home = new AgentHome({ env: IN_GVISOR })
  const project = home.project('p', ASKS)
  await using screen = await TerminalScreen.open(home, { columns: 200 })
  const words = ['run', project, '--', 'echo', 'it', 'ran']
  await screen.agent(words)
  await screen.shows(QUESTION)
  expect(await screen.text()).toContain('agent.yaml:2:10  sandbox: none')
  await screen.enter('')
  await screen.shows('you have not allowed it')
  await screen.prompt()
  await screen.agent(words)
  await screen.shows(QUESTION)
  await screen.enter('y')
  await screen.shows('it ran')
  await screen.prompt()
  await screen.agent(words)
  await screen.shows('it ran')
  await screen.prompt()
  expect(await screen.text()).not.toContain(QUESTION)
})

terminalTest('an interactive run that was asked about gets the keys that come after', async () => {
  await using home = new AgentHome({ env: IN_GVISOR })
  const project = home.project('p', ASKS)
  await using screen = await TerminalScreen.open(home, { columns: 200 })
  await screen.agent(['run', '-i', project, '--', 'sh'])
  await screen.shows(QUESTION)
  await screen.enter('y')
  await screen.shows(/\/workspace [#$]/)
  await screen.enter('echo typed $((40 + 2))')
  await screen.shows('typed 42')
  await screen.enter('exit')
  await screen.prompt()
})

terminalTest('Ctrl-C at the question ends it, and nothing is allowed', async () => {
  await using home = new AgentHome({ env: IN_GVISOR })
  const project = home.project('p', ASKS)
  await using screen = await TerminalScreen.open(home, { columns: 200 })
  await screen.enter(`clear; ${home.binary} run ${project} -- true; echo exit $?`)
  await screen.shows(QUESTION)
  await screen.press('C-c')
  await screen.shows('exit 130')
  expect(await home.json(['trust', '--list'])).toEqual({ trusted: [] })
})
