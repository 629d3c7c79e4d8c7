import { expect } from 'bun:test'
import { AgentHome, docker, until } from '../support/agent-home.ts'
import { TerminalScreen, terminalTest } from './terminal-screen.ts'

/** Says that it is there, then repeats what is typed; ends by itself when it is told to. */
const CAT = 'echo ready; exec cat'
const STUBBORN = "trap 'echo not yet' TERM; echo ready; while :; do sleep 0.1; done"
const SHELL = 'echo ready; exec sh'

const BUSYBOX = 'image: busybox:latest\nsandbox: none\n'

/** Modes that no program sets by itself, so that "as before" differs from "as usual". */
const UNUSUAL = "stty -ixon -echoctl intr '^X'"

type InFront = { home: AgentHome; screen: TerminalScreen; container: string }

/** Ways an interactive run named `a` can be over, or left, for the user in front of it. */
const waysOut: readonly (readonly [name: string, leave: (inFront: InFront) => Promise<unknown>])[] =
  [
    ['its end', ({ screen }) => screen.press('C-d')],
    ['detaching', ({ screen }) => screen.press('C-p', 'C-q')],
    ['SIGTERM', async ({ screen }) => process.kill(await screen.agentPid(), 'SIGTERM')],
    ['agent stop from elsewhere', ({ home }) => home.answer(['stop', 'a', '--time', '0'])],
    ['the engine killing the container', ({ container }) => docker(['kill', container])],
    ['the engine removing the container', ({ container }) => docker(['rm', '-f', container])],
  ]

for (const [name, leave] of waysOut)
  terminalTest(`after ${name} the terminal is as it was`, async () => {
    await using home = new AgentHome()
    await using screen = await TerminalScreen.open(home)
    await screen.enter(UNUSUAL)
    await until('the modes are set', async () => (await screen.modes()).includes('intr = ^X'))
    await screen.prompt()
    const modes = await screen.modes()
    const container = await runInFront(home, screen)
    expect(await screen.modes()).toContain('-icanon')
    await leave({ home, screen, container })
    await screen.prompt()
    expect(await screen.modes()).toBe(modes)
  })

terminalTest(
  'after SIGKILL a shell that looks after its terminal has it back, and the run ends',
  async () => {
    await using home = new AgentHome()
    await using screen = await TerminalScreen.open(home, { shell: 'bash' })
    const modes = await screen.modes()
    await runInFront(home, screen)
    process.kill(await screen.agentPid(), 'SIGKILL')
    await screen.shows(/Killed/)
    await screen.prompt()
    expect(await screen.modes()).toBe(modes)
    await until('the run has ended', async () => !(await home.answer(['list'])).includes('run_'))
  },
)

terminalTest(
  'while stopped by SIGTSTP the terminal is as it was, and raw again after fg',
  async () => {
    await using home = new AgentHome()
    await using screen = await TerminalScreen.open(home)
    await screen.enter(UNUSUAL)
    await until('the modes are set', async () => (await screen.modes()).includes('intr = ^X'))
    await screen.prompt()
    const modes = await screen.modes()
    await runInFront(home, screen, SHELL)
    process.kill(await screen.agentPid(), 'SIGTSTP')
    await screen.prompt()
    expect(await screen.modes()).toBe(modes)
    await screen.resize(81, 23)
    await screen.enter('clear; fg')
    await until('the terminal is raw', async () => (await screen.modes()).includes('-icanon'))
    await screen.enter('clear; stty size')
    await screen.shows('23 81')
    await screen.enter('exit')
    await screen.prompt()
    expect(await screen.modes()).toBe(modes)
  },
)

terminalTest(
  'after SIGSTOP and fg the terminal is raw again, and as it was at the end',
  async () => {
    await using home = new AgentHome()
    await using screen = await TerminalScreen.open(home)
    const modes = await screen.modes()
    await runInFront(home, screen, SHELL)
    process.kill(await screen.agentPid(), 'SIGSTOP')
    await screen.shows('Stopped')
    // Nobody could give the terminal back, so the user does; a line feed is what Enter is in raw mode.
    await screen.type('stty sane')
    await screen.press('C-j')
    await screen.type('clear; fg')
    await screen.press('C-j')
    await until('the terminal is raw', async () => (await screen.modes()).includes('-icanon'))
    await screen.enter('clear; exit 3')
    await screen.prompt()
    expect(await screen.modes()).toBe(modes)
  },
)

terminalTest(
  'a second SIGTERM ends what ignores the first, and the terminal is as it was',
  async () => {
    await using home = new AgentHome()
    await using screen = await TerminalScreen.open(home)
    const modes = await screen.modes()
    await runInFront(home, screen, STUBBORN)
    const pid = await screen.agentPid()
    process.kill(pid, 'SIGTERM')
    await screen.shows('not yet')
    process.kill(pid, 'SIGTERM')
    await screen.prompt(5000)
    expect(await screen.modes()).toBe(modes)
  },
)

terminalTest('closing the window ends the run', async () => {
  await using home = new AgentHome()
  const screen = await TerminalScreen.open(home)
  const container = await runInFront(home, screen)
  await screen.close()
  await until('the run has ended', async () => !(await home.answer(['list'])).includes('run_'))
  expect(await docker(['ps', '-aq', '--filter', `id=${container}`])).toBe('')
})

/** Starts an interactive run `a`, waits until it is ready, and returns its container's id. */
async function runInFront(home: AgentHome, screen: TerminalScreen, command = CAT): Promise<string> {
  const project = home.project('p', { 'agent.yaml': BUSYBOX })
  await screen.agent(['run', '-i', '--name', 'a', project, '--', 'sh', '-c', command])
  await screen.shows(/^ready$/m)
  const id = /run_[0-9a-f]{12}/.exec(await home.answer(['list']))?.[0]
  return docker(['ps', '-q', '--filter', `label=agentops.run-id=${id}`])
}
