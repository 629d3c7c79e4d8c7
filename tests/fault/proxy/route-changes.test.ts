import { expect } from 'bun:test'
import type { Peer } from '../../integration/proxy/bed/peer.ts'
import { openTunnels } from './bed/echo-tunnel.ts'
import { EventStream } from './bed/event-stream.ts'
import { ProxyProcess } from './bed/proxy-process.ts'
import { proxyTest } from './bed/proxy-test.ts'
import { ServiceProcess } from './bed/service-process.ts'
import { printTable } from './bed/table.ts'

const changeCount = 1_000
const streamCount = 100

proxyTest(
  '1,000 route changes by another process: the next request sees each, no stream or tunnel is dropped',
  async () => {
    await using live = await ServiceProcess.start('serve.ts', ['live'])
    await using first = await ServiceProcess.start('serve.ts', ['first'])
    await using second = await ServiceProcess.start('serve.ts', ['second'])
    await using proxy = await ProxyProcess.start({ 'web.live': live.port, 'web.app': first.port })
    await using changer = await ServiceProcess.start('change-route.ts', [proxy.home.stateDir])
    const target = { port: proxy.port, host: 'web.live.localhost' }
    const tunnels = await openTunnels(target, streamCount)
    const streams = await Promise.all(
      Array.from({ length: streamCount }, () => EventStream.open(target)),
    )
    const checkAll = async (round: string, number: number): Promise<void> => {
      await live.ask(round)
      for (const stream of streams) expect(await stream.next()).toBe(`${round} ${number}`)
      for (const tunnel of tunnels) await tunnel.echo(round)
    }
    const client = await proxy.client()
    const places = [
      { port: first.port, answer: '200 first' },
      { port: 0, answer: '404 ' },
      { port: second.port, answer: '200 second' },
    ]
    const seen = new Map<string, number>()
    for (let change = 0; change < changeCount; change++) {
      const { port, answer } = places[change % places.length] ?? { port: 0, answer: '' }
      await changer.ask(String(port))
      const got = await whoAnswers(client)
      expect({ change, got }).toEqual({ change, got: answer })
      seen.set(got, (seen.get(got) ?? 0) + 1)
      if ((change + 1) % 100 === 0) await checkAll(`after ${change + 1}`, (change + 1) / 100)
    }
    expect(await proxy.requireSound()).toMatchObject({ tunnels: streamCount })
    printTable(
      `${changeCount} route changes by another process, ${streamCount} event streams and ${streamCount} tunnels open all the time`,
      ['THE NEXT REQUEST GOT', 'TIMES'],
      [...seen],
    )
    for (const open of [...tunnels, ...streams]) open[Symbol.dispose]()
  },
  120_000,
)

/** Who answers a request for web.app now: the status, and the service's name with a 200. */
async function whoAnswers(client: Peer): Promise<string> {
  client.send('GET / HTTP/1.1\r\nHost: web.app.localhost\r\n\r\n')
  const head = await client.head()
  const body = await client.next(Number(/^content-length: (\d+)/im.exec(head)?.[1]))
  const status = head.slice(9, 12)
  return `${status} ${status === '200' ? body.replace(/\.+$/, '') : ''}`
}
