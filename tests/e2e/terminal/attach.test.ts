import { expect } from 'bun:test'
import { AgentHome } from '../support/agent-home.ts'
import { TerminalScreen, terminalTest } from './terminal-screen.ts'

const BUSYBOX = 'image: busybox:latest\nsandbox: none\n'

terminalTest('the detach keys leave the run running, and attach connects again', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  await using screen = await TerminalScreen.open(home)
  const modes = await screen.modes()
  await screen.agent(['run', '-i', '--name', 'a', project])
  await screen.shows(/^\/workspace [#$]$/m)
  await screen.enter('mark=left; echo "<$mark>"')
  await screen.shows(/^<left>\n\/workspace [#$]$/m)
  await screen.press('C-p', 'C-q')
  await screen.prompt()
  // On a line of its own, although the shell inside was in the middle of one.
  expect(await screen.text()).toMatch(/^detached; agent attach -i a connects again$/m)
  expect(await screen.modes()).toBe(modes)
  expect(await home.answer(['list'])).toMatch(/^a .* running /m)

  await screen.agent(['attach', '-i', 'a'])
  await screen.shows(/^\/workspace [#$]/m)
  // Drawing again takes a wrong size for a moment.
  await screen.enter('sleep 0.3; echo "$mark with $(stty size)"; exit 9')
  await screen.shows('left with 30 100')
  await screen.prompt()
  await screen.enter('echo "code $?"')
  await screen.shows('code 9')
  expect(await screen.modes()).toBe(modes)
})

terminalTest(
  'attach has a full-screen program drawn again, at the size of this terminal',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': BUSYBOX, 'text.txt': 'one\ntwo\n' })
    await using screen = await TerminalScreen.open(home)
    await screen.agent(['run', '-i', '--name', 'a', project, '--', 'vi', 'text.txt'])
    await screen.shows(/one\ntwo\n(~\n){27}.*text\.txt/)
    await screen.press('C-p', 'C-q')
    await screen.prompt()
    await screen.agent(['attach', '-i', 'a'])
    await screen.shows(/one\ntwo\n(~\n){27}.*text\.txt/)
    await screen.press('C-p', 'C-q')
    await screen.prompt()
    await screen.resize(80, 20)
    await screen.agent(['attach', '-i', 'a'])
    await screen.shows(/one\ntwo\n(~\n){17}.*text\.txt/)
    await screen.enter(':q')
    await screen.prompt()
  },
)

terminalTest('other detach keys can be chosen, for run and for attach', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  await using screen = await TerminalScreen.open(home)
  await screen.agent(['run', '-i', '--detach-keys', 'ctrl-x,q', '--name', 'a', project])
  await screen.shows(/^\/workspace [#$]$/m)
  // Keys that are no detach keys here arrive: Ctrl-P is the line before, in this shell.
  await screen.enter('echo "once"')
  await screen.press('C-p')
  await screen.shows(/once\n\/workspace [#$] echo "once"$/)
  await screen.press('C-c')
  await screen.shows(/\^C\n\/workspace [#$]$/)
  await screen.press('C-x', 'q')
  await screen.prompt()
  await screen.agent(['attach', '-i', '--detach-keys', 'ctrl-a', 'a'])
  await screen.shows(/^\/workspace [#$]/m)
  await screen.press('C-a')
  await screen.prompt()
  expect(await home.answer(['list'])).toMatch(/^a .* running /m)
})

terminalTest('bad detach keys are a usage error that shows the key', async () => {
  await using home = new AgentHome()
  const { code, stderr } = await home.agent(['attach', 'a', '--detach-keys', 'ctrl-p,F1'])
  expect(code).toBe(2)
  expect(stderr).toContain('"F1" in the detach keys "ctrl-p,F1" is no key')
})

terminalTest('one more command gets a terminal of its own with exec -i', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  await home.answer(['run', '-d', '--name', 'a', project, '--', 'sleep', '300'])
  await using screen = await TerminalScreen.open(home, { columns: 77, rows: 22 })
  const modes = await screen.modes()
  await screen.agent(['exec', '-i', 'a', '--', 'sh', '-c', 'stty size; tty; sh'])
  await screen.shows(/22 77\n\/dev\/pts\/\d/)
  await screen.resize(80, 25)
  await screen.enter('clear; stty size')
  await screen.shows('25 80')
  await screen.enter('echo begun; sleep 100')
  await screen.shows(/^begun$/m)
  await screen.press('C-c')
  await screen.enter('exit 5')
  await screen.prompt()
  await screen.enter('echo "code $?"')
  await screen.shows('code 5')
  expect(await screen.modes()).toBe(modes)
})
