import { expect } from 'bun:test'
import { readFileSync, readdirSync } from 'node:fs'
import { AgentHome, docker, get, until } from '../../e2e/support/agent-home.ts'
import { engineTest } from '../../engine/test-engine.ts'

const SERVED = `image: busybox:latest
ports: { web: 3000 }
command: |
  mkdir -p /tmp/www && echo "$AGENTOPS_RUN_NAME" > /tmp/www/index.html
  exec busybox httpd -f -p 3000 -h /tmp/www
`

/** Processes that carry this home in their environment. */
function processesOf(home: AgentHome): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(home.dir)
      } catch {
        return false
      }
    })
}

/** False while nobody listens, too. */
async function answers(url: string): Promise<boolean> {
  try {
    return (await get(url)).status === 200
  } catch {
    return false
  }
}

async function served(home: AgentHome, name: string): Promise<string> {
  const project = home.project('p', { 'agent.yaml': SERVED })
  await home.answer(['run', '-d', '--name', name, project])
  const url = await home.answer(['url', name])
  await until(`${name} answers`, () => answers(url))
  return url
}

engineTest(
  'of two state folders on one engine, neither touches the runs of the other, crashed or not',
  async () => {
    await using one = new AgentHome()
    await using two = new AgentHome()
    const first = await served(one, 'same')
    const second = await served(two, 'same')

    // The first crashes: its daemon and an attached run's command are killed.
    const attached = one.spawn(['run', '--name', 'held', one.project('p')])
    await until('held runs', async () => (await one.answer(['list'])).includes('held'))
    for (const pid of processesOf(one)) process.kill(pid, 'SIGKILL')
    await attached.exited

    // Every command of the second leaves the first's containers alone, dead daemon or not.
    for (const command of [['list', '-a'], ['status'], ['stop', '--all'], ['destroy', '--all']])
      await two.answer(command)
    const running = await docker(['ps', '--format', '{{.Names}}'])
    expect(running).toContain('agentops-same-')

    // And the first recovers by itself: its detached run is served again, the abandoned one ends.
    await one.answer(['list'])
    await until('same answers again', async () => {
      const url = await one.agent(['url', 'same'])
      return url.code === 0 && (await answers(url.stdout.trim()))
    })
    expect((await get(first)).body.trim()).toBe('same')
    await until('held is over', async () => !(await one.answer(['list'])).includes('held'))

    // The other way round: all of the first's commands, and the second's run lives.
    const again = await served(two, 'other')
    for (const command of [
      ['stop', '--all', '--time', '0'],
      ['destroy', '--all'],
    ])
      await one.answer(command)
    expect((await get(again)).body.trim()).toBe('other')
    expect(new URL(second).port).not.toBe('')
  },
  120_000,
)
