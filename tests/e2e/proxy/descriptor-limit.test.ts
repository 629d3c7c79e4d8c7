import { readFileSync } from 'node:fs'
import { expect, test } from 'bun:test'
import { z } from 'zod'
import { Peer } from '../../integration/proxy/bed/peer.ts'
import { AgentHome } from '../support/agent-home.ts'

const status = z.looseObject({ pid: z.number() })

/** What every Bun program raises its own limit to at its start, if it may. */
const raisedMax = 2 ** 20

/*
 * Our limits of connections count on descriptors, and most systems give a program 256 or 1024 at first. Nothing of
 * ours raises that: Bun does, before our first line. It leaves the hard limit alone, so what the background process
 * starts can still have as much.
 */
test.skipIf(process.platform !== 'linux')(
  'the background process may open as many files as the system lets it',
  async () => {
    await using home = new AgentHome()
    const start = `ulimit -S -n 256 && exec "$0" proxy start`
    const started = Bun.spawnSync(['sh', '-c', start, home.binary], { env: home.env })
    expect(started.stderr.toString()).toBe('')
    const { pid } = status.parse(await home.json(['proxy', 'status']))
    const { soft, hard } = openFiles(pid)
    expect(hard).toBe(openFiles('self').hard)
    expect(soft).toBe(Math.min(hard, raisedMax))
  },
)

test.skipIf(process.platform !== 'linux')(
  'with few files allowed, clients that are too many are turned away and the others are served',
  async () => {
    await using home = new AgentHome()
    const start = `ulimit -n 256 && exec "$0" proxy start`
    Bun.spawnSync(['sh', '-c', start, home.binary], { env: home.env })
    const { port } = z.looseObject({ port: z.number() }).parse(await home.json(['proxy', 'status']))
    using clients = new DisposableStack()
    const first = clients.use(await Peer.connect({ port, host: '127.0.0.1' }))
    for (let count = 1; count < 115; count += 1)
      clients.use(await Peer.connect({ port, host: '127.0.0.1' }))
    const tooMany = clients.use(await Peer.connect({ port, host: '127.0.0.1' }))
    expect(await tooMany.head()).toStartWith('HTTP/1.1 503 ')
    first.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(await first.head()).toStartWith('HTTP/1.1 200 ')
  },
)

function openFiles(process: number | 'self'): { soft: number; hard: number } {
  const limits = readFileSync(`/proc/${process}/limits`, 'latin1')
  const [, soft, hard] = /^Max open files +(\S+) +(\S+)/m.exec(limits) ?? []
  return { soft: numberOf(soft), hard: numberOf(hard) }
}

function numberOf(limit: string | undefined): number {
  return limit === 'unlimited' ? Infinity : Number(limit)
}
