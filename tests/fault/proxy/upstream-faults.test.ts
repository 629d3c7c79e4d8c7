import { expect } from 'bun:test'
import { DeafListener } from '../../integration/proxy/bed/deaf-listener.ts'
import { ScriptedUpstream } from '../../integration/proxy/bed/scripted-upstream.ts'
import { outcomeOf } from './bed/outcome.ts'
import { ProxyProcess } from './bed/proxy-process.ts'
import { proxyTest } from './bed/proxy-test.ts'
import { printTable } from './bed/table.ts'
import { getRequest, type UpstreamFault } from './bed/upstream-fault.ts'
import { upstreamFaults } from './bed/upstream-faults.ts'

proxyTest(
  'whatever an upstream does, the client can tell what it got, and the proxy goes on',
  async () => {
    using upstream = await ScriptedUpstream.listen()
    await using proxy = await ProxyProcess.start({ 'web.fault': upstream.port, 'dead.fault': 1 })
    const ask = async (request: string): Promise<string> => {
      const client = await proxy.client()
      client.send(request)
      return outcomeOf(client)
    }
    expect(await ask(getRequest.replace('web.', 'dead.'))).toBe('502 whole')
    // The connection to the page server stays.
    const before = proxy.descriptors()
    const results: { name: string; gets: string }[] = []
    for (const fault of upstreamFaults) {
      results.push({ name: fault.name, gets: await tryFault(proxy, upstream, fault) })
      await proxy.untilDescriptors(before)
    }
    printTable(
      `${results.length} faults of an upstream`,
      ['FAULT', 'THE CLIENT GETS'],
      results.map(({ name, gets }) => [name, gets]),
    )
    expect(results).toEqual(upstreamFaults.map(({ name, gets }) => ({ name, gets })))
    await proxy.requireSound()
  },
  60_000,
)

proxyTest(
  'an upstream that does not accept is a 504 after a while',
  async () => {
    using deaf = await DeafListener.start()
    await using proxy = await ProxyProcess.start({ 'web.fault': deaf.port })
    const client = await proxy.client()
    client.send(getRequest)
    // The limit is longer than a peer's patience.
    await new Promise((resolve) => client.socket.once('end', resolve))
    expect(await outcomeOf(client)).toBe('504 whole')
  },
  20_000,
)

async function tryFault(
  proxy: ProxyProcess,
  service: ScriptedUpstream,
  fault: UpstreamFault,
): Promise<string> {
  using client = await proxy.client()
  client.send(fault.request ?? getRequest)
  using upstream = await service.accept()
  const [outcome] = await Promise.all([outcomeOf(client), fault.upstream(upstream, client)])
  return outcome
}
