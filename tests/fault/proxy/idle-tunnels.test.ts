import { expect } from 'bun:test'
import { limitsWithin } from '../../../src/proxy/proxy-limits.ts'
import { until } from '../../e2e/support/agent-home.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { openTunnels } from './bed/echo-tunnel.ts'
import { sendRequests } from './bed/load.ts'
import { ProxyProcess } from './bed/proxy-process.ts'
import { proxyTest } from './bed/proxy-test.ts'
import { ServiceProcess } from './bed/service-process.ts'
import { printTable } from './bed/table.ts'

const target = (port: number) => ({ port, host: 'web.soak.localhost' })

proxyTest(
  'as many idle tunnels as an agent may have are held, work, and leave nothing behind',
  async () => {
    await using service = await ServiceProcess.start('serve.ts', ['web'])
    await using proxy = await ProxyProcess.start({ 'web.soak': service.port })
    const before = { descriptors: proxy.descriptors(), mib: proxy.residentMiB() }
    // Other clients come meanwhile.
    const { clients, tunnelsPerAgent } = limitsWithin(proxy.descriptorLimit())
    const count = Math.min(tunnelsPerAgent, clients - 16)
    const tunnels = await openTunnels(target(proxy.port), count)
    const open = { descriptors: proxy.descriptors(), mib: proxy.residentMiB() }
    expect(await proxy.requireSound()).toMatchObject({ tunnels: count, openConnections: count })

    const processorMs = proxy.processorMs()
    await Bun.sleep(1_000)
    const idleMs = proxy.processorMs() - processorMs
    await Promise.all(tunnels.map((tunnel) => tunnel.echo('still there?')))
    await sendRequests(target(proxy.port), { total: 1_000, connections: 8 })
    const perTunnelKiB = ((open.mib - before.mib) * 1024) / count
    if (count === tunnelsPerAgent) {
      const { message } = await rejectionOf(openTunnels(target(proxy.port), 1))
      expect(message).toContain('HTTP/1.1 503 ')
    }

    for (const tunnel of tunnels) tunnel[Symbol.dispose]()
    await until('all tunnels have ended', async () => (await proxy.status()).tunnels === 0)
    await proxy.home.answer(['route', 'remove', 'web.soak'])
    await until('their descriptors are back', () => proxy.descriptors() <= before.descriptors + 4)
    printTable(
      `${count} idle tunnels: ${perTunnelKiB.toFixed(1)} KiB each, ${idleMs} ms of processor time in 1 s`,
      ['WHEN', 'RSS MiB', 'DESCRIPTORS'],
      [
        ['before', before.mib.toFixed(1), before.descriptors],
        ['open', open.mib.toFixed(1), open.descriptors],
        ['after', proxy.residentMiB().toFixed(1), proxy.descriptors()],
      ],
    )
    await proxy.requireSound()
  },
  120_000,
)
