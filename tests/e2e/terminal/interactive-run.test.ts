import { expect } from 'bun:test'
import { AgentHome } from '../support/agent-home.ts'
import { TerminalScreen, terminalTest } from './terminal-screen.ts'

const BUSYBOX = 'image: busybox:latest\nsandbox: none\n'
const DEBIAN = 'image: debian:bookworm-slim\ncommand: [bash]\n'

terminalTest('a shell inside has a prompt, colours, and an end by Ctrl-D', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  await using screen = await TerminalScreen.open(home)
  const modes = await screen.modes()
  await screen.agent(['run', '-i', '--name', 'a', project])
  await screen.shows(/^\/workspace [#$]$/m)
  await screen.enter(String.raw`printf '\033[31mred\033[0m %s\n' "$TERM"; tty`)
  await screen.shows(/red \S+\n\/dev\/pts\/\d/)
  expect(await screen.text({ colours: true })).toContain('\u001B[31mred')
  await screen.press('C-d')
  await screen.prompt()
  expect(await screen.modes()).toBe(modes)
  expect(await home.answer(['list'])).not.toContain('run_')
})

terminalTest('a line feed of a full-screen program is no carriage return', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  await using screen = await TerminalScreen.open(home)
  const modes = await screen.modes()
  const script = String.raw`stty -opost; printf 'one\ntwo'; stty opost; echo`
  await screen.agent(['run', '-i', project, '--', 'sh', '-c', script])
  await screen.shows(/^one\n {3}two$/m)
  await screen.prompt()
  expect(await screen.modes()).toBe(modes)
})

terminalTest(
  'the size inside is that of the terminal, from the start and after changes',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': BUSYBOX })
    await using screen = await TerminalScreen.open(home, { columns: 97, rows: 31 })
    await screen.agent(['run', '-i', project, '--', 'sh', '-c', 'stty size; sh'])
    await screen.shows('31 97')
    await screen.resize(83, 27)
    await screen.resize(85, 28)
    await screen.enter('clear; sleep 0.3; stty size')
    await screen.shows('28 85')
    await screen.press('C-d')
    await screen.prompt()
  },
)

terminalTest(
  'Ctrl-C ends the command inside, and the exit code of the run is passed on',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': BUSYBOX })
    await using screen = await TerminalScreen.open(home)
    await screen.agent(['run', '-i', project])
    await screen.shows(/^\/workspace [#$]$/m)
    await screen.enter('echo begun; sleep 100')
    await screen.shows(/^begun$/m)
    await screen.press('C-c')
    await screen.enter('echo "it was $?"')
    await screen.shows('it was 130')
    await screen.enter('exit 7')
    await screen.prompt()
    await screen.enter('echo "code $?"')
    await screen.shows('code 7')
  },
)

terminalTest('Ctrl-Z and fg control the jobs inside', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': DEBIAN })
  await using screen = await TerminalScreen.open(home)
  await screen.agent(['run', '-i', project])
  await screen.shows(/:\/workspace[#$]/)
  await screen.enter("sh -c 'echo begun; sleep 0.5; echo slept; sleep 100'")
  // A signal key throws away what the shell has not read yet, so it comes after the first words.
  await screen.shows(/^begun$/m)
  await screen.press('C-z')
  await screen.shows('Stopped')
  await screen.enter('clear; fg')
  await screen.shows(/^slept$/m)
  await screen.press('C-c')
  await screen.enter('echo "it was $?, jobs: $(jobs)."')
  await screen.shows('it was 130, jobs: .')
  await screen.press('C-d')
  await screen.prompt()
})

terminalTest('full-screen programs draw, take keys and quit', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX, 'text.txt': 'one\ntwo\n' })
  await using screen = await TerminalScreen.open(home)
  await screen.agent(['run', '-i', project])
  await screen.shows(/^\/workspace [#$]$/m)
  await screen.enter('vi text.txt')
  await screen.shows(/one\ntwo\n(~\n)+.*text\.txt 1\/2/)
  await screen.type('itwenty-')
  await screen.press('Escape')
  await screen.shows('- text.txt [Modified]')
  await screen.enter(':wq')
  await screen.shows(/^\/workspace [#$]$/m)
  await screen.enter('clear; cat text.txt')
  await screen.shows('twenty-one\ntwo')
  await screen.enter('top')
  await screen.shows(/Mem: .*used/)
  await screen.type('q')
  await screen.enter('clear; seq 100 | less')
  await screen.shows('29')
  await screen.type('G')
  await screen.shows('100')
  await screen.type('q')
  await screen.enter('exit')
  await screen.prompt()
})

terminalTest('without a terminal an interactive run is refused', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  const { code, stderr } = await home.agent(['run', '-i', project])
  expect(code).toBe(2)
  expect(stderr).toContain('an interactive run needs a terminal')
})
