import { describe, expect, test } from 'bun:test'
import { eventually } from './bed/eventually.ts'
import {
  dateLine,
  get,
  head,
  okResponse,
  ProxyBed,
  reuseConnection,
  routeTo,
} from './bed/proxy-bed.ts'
import { ScriptedUpstream } from './bed/scripted-upstream.ts'

const upgradeLines = ['Connection: Upgrade', 'Upgrade: raw']
const switching = head('HTTP/1.1 101 X', 'Upgrade: raw', 'Connection: Upgrade')

describe('a change of the routes', () => {
  test('reaches the next request, on a connection that is open', async () => {
    await using bed = await ProxyBed.open()
    using other = await ScriptedUpstream.listen()
    const { client } = await reuseConnection(bed)
    bed.setRoutes([routeTo(other.port, { owner: { kind: 'run', runId: 'run_000000000002' } })])
    client.send(get())
    const upstream = await other.accept()
    expect(await upstream.head()).toStartWith('GET / HTTP/1.1\r\n')
    bed.setRoutes([])
    upstream.send(okResponse)
    await client.until('ok')
    client.send(get())
    expect(await client.head()).toStartWith('HTTP/1.1 404 ')
  })

  test('closes the idle connections to a run that ended, though nobody asks for anything', async () => {
    await using bed = await ProxyBed.open()
    const { upstream } = await reuseConnection(bed)
    bed.setRoutes([])
    await upstream.toEnd()
    expect(bed.proxy.stats().upstreamConnections).toBe(0)
  })

  test('closes the tunnels to a run that ended, on both sides', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(get(...upgradeLines))
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(switching)
    await client.head()
    bed.setRoutes([])
    await Promise.all([client.toEnd(), upstream.toEnd()])
    expect(bed.proxy.stats().tunnels).toBe(0)
  })

  test('never shares connections between two runs, be the address the same', async () => {
    await using bed = await ProxyBed.open()
    const { client } = await reuseConnection(bed)
    bed.setRoutes([
      routeTo(bed.upstream.port, { owner: { kind: 'run', runId: 'run_000000000002' } }),
    ])
    client.send(get())
    const upstream = await bed.upstream.accept()
    expect(await upstream.head()).toStartWith('GET ')
    expect(bed.upstream.accepted).toBe(2)
  })

  test('lets a response that is under way come to its end', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(head('HTTP/1.1 200 OK', dateLine, 'Content-Length: 4').concat('ab'))
    await client.until('ab')
    bed.setRoutes([])
    await Bun.sleep(30)
    upstream.send('cd')
    expect(await client.until('cd')).toBe('cd')
    await upstream.toEnd()
  })

  test('of other routes, 1,000 times, drops no stream and no tunnel', async () => {
    await using bed = await ProxyBed.open()
    const own = routeTo(bed.upstream.port)
    const stream = await bed.client()
    stream.send(get())
    const streamUpstream = await bed.upstream.accept()
    await streamUpstream.head()
    streamUpstream.send(head('HTTP/1.1 200 OK', dateLine, 'Transfer-Encoding: chunked'))
    await stream.head()
    const tunnel = await bed.client()
    tunnel.send(get(...upgradeLines))
    const tunnelUpstream = await bed.upstream.accept()
    await tunnelUpstream.head()
    tunnelUpstream.send(switching)
    await tunnel.head()
    const prober = await bed.client()
    for (let i = 0; i < 1000; i++) {
      bed.setRoutes([own, routeTo(1, { agent: `other${i}` })])
      prober.send(head('GET / HTTP/1.1', `Host: other${i - 1}.localhost`))
      const answer = await prober.head()
      expect(answer).toStartWith('HTTP/1.1 404 ')
      await prober.next(Number(/Content-Length: (\d+)/.exec(answer)?.[1]))
    }
    streamUpstream.send('2\r\nok\r\n')
    expect(await stream.next(7)).toBe('2\r\nok\r\n')
    tunnel.send('ping')
    expect(await tunnelUpstream.next(4)).toBe('ping')
    await eventually(() => bed.proxy.stats().tunnels === 1, 'the tunnel')
  })
})
