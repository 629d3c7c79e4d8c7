import { describe, expect, test } from 'bun:test'
import { eventually } from './bed/eventually.ts'
import type { Peer } from './bed/peer.ts'
import { dateLine, get, head, ProxyBed, webHost } from './bed/proxy-bed.ts'

const upgradeLines = [
  'Connection: keep-alive, Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
]
const switching = head(
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Sec-WebSocket-Accept: x',
  'Connection: Upgrade',
)

async function openTunnel(bed: ProxyBed): Promise<{ client: Peer; upstream: Peer }> {
  const client = await bed.client()
  client.send(get(...upgradeLines))
  const upstream = await bed.upstream.accept()
  await upstream.head()
  upstream.send(switching)
  await client.head()
  return { client, upstream }
}

describe('rule 15: upgrades', () => {
  test('the offer is passed on, and the 101 comes back as the upstream said it', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(get(...upgradeLines, 'A: 1'))
    const upstream = await bed.upstream.accept()
    expect(await upstream.head()).toBe(
      `GET / HTTP/1.1\r\nHost: ${webHost}\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nA: 1\r\n` +
        `Connection: Upgrade\r\n${bed.forwarded(webHost)}`,
    )
    upstream.send(switching)
    expect(await client.head()).toBe(switching)
  })

  test('a 101 to a protocol that the client did not offer is a bad answer', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(get(...upgradeLines))
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(switching.replace('Upgrade: websocket', 'Upgrade: websocket, x-other/1'))
    expect(await client.head()).toStartWith('HTTP/1.1 502 Bad Gateway\r\n')
    expect((await upstream.toEnd()).text).toBe('')
  })

  test('bytes pass both ways, those that came with the heads first', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(`${get(...upgradeLines)}early\x00\xff`)
    const upstream = await bed.upstream.accept()
    await upstream.head()
    expect(upstream.buffered).toBe('')
    upstream.send(`${switching}first`)
    expect(await client.until('first')).toBe(`${switching}first`)
    expect(await upstream.next(7)).toBe('early\x00\xff')
    client.send('GET / HTTP/1.1\r\n\r\n')
    expect(await upstream.head()).toBe('GET / HTTP/1.1\r\n\r\n')
    upstream.send('HTTP/1.1 200 OK\r\n\r\n')
    expect(await client.head()).toBe('HTTP/1.1 200 OK\r\n\r\n')
    expect(bed.proxy.stats()).toMatchObject({ tunnels: 1, upstreamConnections: 0 })
  })

  test.each(['client', 'upstream'] as const)(
    'a FIN of the %s passes on; the other way stays open',
    async (side) => {
      await using bed = await ProxyBed.open()
      const { client, upstream } = await openTunnel(bed)
      const [one, other] = side === 'client' ? [client, upstream] : [upstream, client]
      one.send('last').finish()
      expect(await other.toEnd()).toEqual({ text: 'last', ending: 'end' })
      other.send('still here')
      expect(await one.until('here')).toBe('still here')
      other.finish()
      expect(await one.toEnd()).toEqual({ text: '', ending: 'end' })
      await eventually(() => bed.proxy.stats().tunnels === 0, 'the end of the tunnel')
      await eventually(() => bed.proxy.stats().openConnections === 0, 'the end of the client')
    },
  )

  test.each(['client', 'upstream'] as const)('a reset of the %s ends both', async (side) => {
    await using bed = await ProxyBed.open()
    const { client, upstream } = await openTunnel(bed)
    const [one, other] = side === 'client' ? [client, upstream] : [upstream, client]
    one.reset()
    await other.toEnd()
    await eventually(() => bed.proxy.stats().tunnels === 0, 'the end of the tunnel')
  })

  test('half a tunnel that is silent ends after a while', async () => {
    await using bed = await ProxyBed.open({ limits: { halfClosedMs: 20 } })
    const { client, upstream } = await openTunnel(bed)
    client.finish()
    await upstream.toEnd()
    await client.toEnd()
    await eventually(() => bed.proxy.stats().tunnels === 0, 'the end of the tunnel')
  })

  test('a whole tunnel may be silent for as long as it likes', async () => {
    await using bed = await ProxyBed.open({
      limits: { halfClosedMs: 200, idleMs: 200, headMs: 200 },
    })
    const { client, upstream } = await openTunnel(bed)
    await Bun.sleep(400)
    client.send('ping')
    expect(await upstream.next(4)).toBe('ping')
  })
})

describe('rule 15: what is not tunnelled', () => {
  test('an upstream that answers otherwise is heard as usual', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    const refusal = head('HTTP/1.1 426 Upgrade Required', dateLine, 'Content-Length: 0')
    client.send(get(...upgradeLines) + get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(refusal)
    expect(await client.head()).toBe(refusal)
    expect(await upstream.head()).toStartWith('GET / HTTP/1.1\r\n')
  })

  test.each([
    [
      'h2c is not tunnelled',
      get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: x'),
    ],
    ['nor offered among others', get('Connection: Upgrade', 'Upgrade: websocket, h2c')],
    ['without Connection: upgrade it is no offer', get('Upgrade: websocket')],
    ['HTTP/1.0 has none', head('GET / HTTP/1.0', `Host: ${webHost}`, ...upgradeLines)],
    ['only GET', head('PUT / HTTP/1.1', `Host: ${webHost}`, ...upgradeLines)],
    ['not with a body', get(...upgradeLines, 'Content-Length: 1').concat('x')],
  ])('%s', async (_, request) => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(request)
    const upstream = await bed.upstream.accept()
    expect(await upstream.head()).not.toMatch(/\r\n(Upgrade|Connection|HTTP2-Settings):/i)
    upstream.send(head('HTTP/1.1 101 Switching Protocols', 'Upgrade: h2c', 'Connection: Upgrade'))
    expect(await client.head()).toStartWith('HTTP/1.1 502 ')
  })

  test('an unknown host gets an answer, not a closed socket', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(head('GET / HTTP/1.1', 'Host: wbe.myapp.localhost', ...upgradeLines))
    expect(await client.head()).toStartWith('HTTP/1.1 404 Not Found\r\n')
  })

  test('a dead service gets a 502', async () => {
    await using bed = await ProxyBed.open()
    bed.upstream.close()
    const client = await bed.client()
    client.send(get(...upgradeLines))
    expect(await client.head()).toStartWith('HTTP/1.1 502 Bad Gateway\r\n')
  })

  test('rule 19: one agent has only so many', async () => {
    await using bed = await ProxyBed.open({ limits: { tunnelsPerAgent: 1 } })
    const { client } = await openTunnel(bed)
    const second = await bed.client()
    second.send(get(...upgradeLines, 'Accept: application/json'))
    expect(await second.head()).toStartWith('HTTP/1.1 503 ')
    client.reset()
    await eventually(() => bed.proxy.stats().tunnels === 0, 'the end of the first tunnel')
    await openTunnel(bed)
  })
})
