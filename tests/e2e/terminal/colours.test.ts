import { expect } from 'bun:test'
import { AgentHome } from '../support/agent-home.ts'
import { TerminalScreen, terminalTest } from './terminal-screen.ts'

const BOLD = '\u001B[1m'
const RED = '\u001B[31m'

terminalTest(
  'on a terminal headers are bold and errors red, unless somebody declines',
  async () => {
    await using home = new AgentHome()
    await using screen = await TerminalScreen.open(home)
    const shown = async (line: string): Promise<string> => {
      await screen.enter(`clear; ${line}`)
      await screen.shows(/NAME|error:/)
      await screen.prompt()
      return screen.text({ colours: true })
    }
    const agent = home.binary
    expect(await shown(`${agent} list`)).toContain(BOLD)
    expect(await shown(`${agent} nosuch`)).toContain(RED)
    for (const line of [
      `${agent} list --no-color`,
      `NO_COLOR=1 ${agent} list`,
      `TERM=dumb ${agent} list`,
      `${agent} list | cat`,
      `${agent} nosuch --no-color`,
      `NO_COLOR=1 ${agent} nosuch`,
    ]) {
      const text = await shown(line)
      expect([line, text.includes(BOLD), text.includes(RED)]).toEqual([line, false, false])
    }
  },
)

terminalTest('progress is one line that goes when something is said', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\nsandbox: none\n' })
  await using screen = await TerminalScreen.open(home)
  await screen.agent(['run', project, '--', 'echo', 'hello'])
  await screen.shows('hello')
  await screen.prompt()
  expect(await screen.text()).not.toContain('Initializing')
})

terminalTest('what a run says of itself cannot steer the terminal', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\nsandbox: none\n' })
  const evil = '\u001B]0;title\u0007\u001B[2Jevil'
  const { stderr } = await home.agent(['run', '--name', evil, project])
  // oxlint-disable-next-line no-control-regex -- they are what this is about
  expect(stderr).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/)
  const mount = await home.agent(['run', '-m', `/no${evil}:/x`, project])
  // oxlint-disable-next-line no-control-regex -- they are what this is about
  expect(mount.stderr).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/)
})
