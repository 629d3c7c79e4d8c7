import { expect } from 'bun:test'
import { limitsWithin } from '../../../src/proxy/proxy-limits.ts'
import { until } from '../../e2e/support/agent-home.ts'
import { type Peer } from '../../integration/proxy/bed/peer.ts'
import { sendRequests } from './bed/load.ts'
import { ProxyProcess } from './bed/proxy-process.ts'
import { proxyTest } from './bed/proxy-test.ts'
import { ServiceProcess } from './bed/service-process.ts'
import { printTable } from './bed/table.ts'

const limit = 200
const clientCount = 300
const request = 'GET /events HTTP/1.1\r\nHost: web.full.localhost\r\n\r\n'

proxyTest(
  'a proxy that may open few files lets in as many clients as it has room for, and tells the rest',
  async () => {
    await using service = await ServiceProcess.start('serve.ts', ['web'])
    await using proxy = await ProxyProcess.start(
      { 'web.full': service.port },
      { descriptorLimit: limit },
    )
    expect(proxy.descriptorLimit()).toBe(limit)
    const before = proxy.descriptors()
    const clients: Peer[] = []
    for (let left = clientCount; left > 0; left--) {
      const client = await proxy.client()
      clients.push(client.send(request))
    }
    await until('everybody has an answer', () => clients.every(({ buffered }) => buffered !== ''))
    const processorMs = proxy.processorMs()
    await Bun.sleep(1_000)
    const busyMs = proxy.processorMs() - processorMs
    const answers = new Map<string, number>()
    for (const { buffered } of clients) {
      const status = buffered.slice(9, 12)
      answers.set(status, (answers.get(status) ?? 0) + 1)
    }
    printTable(
      `${clientCount} streams through a proxy of ${limit} descriptors, then ${busyMs} ms of processor time in 1 s`,
      ['ANSWER', 'CLIENTS'],
      [...answers],
    )
    const { clients: room } = limitsWithin(limit)
    expect(Object.fromEntries(answers)).toEqual({ 200: room, 503: clientCount - room })
    expect(busyMs).toBeLessThan(500)
    for (const client of clients) client[Symbol.dispose]()
    await until('the clients are gone', () => proxy.descriptors() < before + limit / 4)
    await sendRequests(
      { port: proxy.port, host: 'web.full.localhost' },
      { total: 100, connections: 4 },
    )
    await proxy.requireSound()
    await proxy.home.answer(['route', 'remove', 'web.full'])
    await proxy.untilDescriptors(before)
  },
  60_000,
)
