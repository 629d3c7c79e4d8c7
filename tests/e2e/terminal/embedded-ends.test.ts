import { expect } from 'bun:test'
import { AgentHome, until } from '../support/agent-home.ts'
import { embeddedChain, embeddedTerminalTest, runHere } from './inner-shells.ts'
import { TerminalScreen } from './terminal-screen.ts'

type InFront = { home: AgentHome; screen: TerminalScreen }

const CAT = ['sh', '-c', 'echo ready; exec cat']

/** Modes that no program sets by itself, so that "as before" differs from "as usual". */
const UNUSUAL = "stty -ixon -echoctl intr '^X'"

/** The processes of an embedded run, from the outermost to the command. */
const CHAIN = ['outer unshare', 'supervisor', 'inner unshare', 'first process inside', 'command']

/** Ways a run named `a`, or the sight of it, can end; Ctrl-C is a key of the terminal inside. */
const waysOut: readonly (readonly [name: string, leave: (on: InFront) => Promise<unknown>])[] = [
  ['its end', ({ screen }) => screen.press('C-d')],
  ['Ctrl-C', ({ screen }) => screen.press('C-c')],
  ['detaching', ({ screen }) => screen.press('C-p', 'C-q')],
  ['SIGTERM', async ({ screen }) => process.kill(await screen.agentPid(), 'SIGTERM')],
  ['agent stop from elsewhere', ({ home }) => home.answer(['stop', 'a', '--time', '0'])],
  ['agent destroy from elsewhere', ({ home }) => home.answer(['destroy', 'a', '--time', '0'])],
  ...CHAIN.map(
    (process, place) =>
      [
        `SIGKILL of the ${process}`,
        async (on: InFront) => kill(embeddedChain(on.home), place),
      ] as const,
  ),
]

for (const [name, leave] of waysOut)
  embeddedTerminalTest(`after ${name} the terminal is as it was`, async (place) => {
    await using home = new AgentHome()
    await using screen = await TerminalScreen.open(home)
    await screen.enter(UNUSUAL)
    await until('the modes are set', async () => (await screen.modes()).includes('intr = ^X'))
    await screen.prompt()
    const modes = await screen.modes()
    await runHere(place, { home, screen }, CAT)
    await screen.shows(/^ready$/m)
    expect(await screen.modes()).toContain('-icanon')
    const chain = embeddedChain(home)
    expect(chain).toHaveLength(CHAIN.length)
    await leave({ home, screen })
    await screen.prompt(5000)
    expect(await screen.modes()).toBe(modes)
    if (name !== 'detaching') await until('nothing of it lives', () => chain.every(isGone))
  })

embeddedTerminalTest('after SIGKILL of the command line the run ends', async (place) => {
  await using home = new AgentHome()
  await using screen = await TerminalScreen.open(home, { shell: 'bash' })
  const modes = await screen.modes()
  await runHere(place, { home, screen }, CAT)
  await screen.shows(/^ready$/m)
  const chain = embeddedChain(home)
  process.kill(await screen.agentPid(), 'SIGKILL')
  await screen.shows(/Killed/)
  await screen.prompt()
  expect(await screen.modes()).toBe(modes)
  await until('nothing of it lives', () => chain.every(isGone))
})

function kill(chain: readonly number[], place: number): void {
  const pid = chain[place]
  if (pid === undefined) throw new Error(`no ${CHAIN[place]} in ${chain.join(' ')}`)
  process.kill(pid, 'SIGKILL')
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}
