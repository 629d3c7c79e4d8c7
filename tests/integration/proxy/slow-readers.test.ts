import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'bun:test'
import { eventually } from './bed/eventually.ts'
import type { Peer } from './bed/peer.ts'
import { dateLine, get, head, ProxyBed, webHost } from './bed/proxy-bed.ts'

const mebi = 1024 * 1024
const total = 64 * mebi

/** Writes `total` bytes as fast as the other side takes them; tells how many were taken. */
function pour(peer: Peer): { written: number } {
  const piece = Buffer.alloc(mebi, 'x')
  const state = { written: 0 }
  const next = (): void => {
    if (state.written >= total) return
    state.written += piece.length
    peer.socket.write(piece, next)
  }
  next()
  return state
}

/** Waits until nothing moves any more. */
async function standstill(count: () => number): Promise<number> {
  let last = -1
  for (let same = 0; same < 5; same++) {
    await Bun.sleep(20)
    if (count() !== last) same = 0
    last = count()
  }
  return last
}

async function pouringResponse(
  bed: ProxyBed,
): Promise<{ client: Peer; poured: { written: number } }> {
  const client = await bed.client()
  client.socket.pause()
  client.send(get())
  const upstream = await bed.upstream.accept()
  await upstream.head()
  upstream.send(head('HTTP/1.1 200 OK', dateLine, `Content-Length: ${total}`))
  return { client, poured: pour(upstream) }
}

// Sockets' own buffers may hold some MiB on each side; the point is that it is not all of it.
const held = 24 * mebi

describe('back-pressure', () => {
  test('a slow client holds its upstream back, and gets everything in the end', async () => {
    await using bed = await ProxyBed.open({ limits: { idleMs: 200, lingerMs: 50 } })
    const { client, poured } = await pouringResponse(bed)
    expect(await standstill(() => poured.written)).toBeLessThan(held)
    client.socket.resume()
    await client.head()
    await client.waitFor(() => client.buffered.length === total, 'the whole body')
    expect(poured.written).toBe(total)
  })

  test('a slow upstream holds its client back, and gets everything in the end', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(head('POST / HTTP/1.1', `Host: ${webHost}`, `Content-Length: ${total}`))
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.socket.pause()
    const poured = pour(client)
    expect(await standstill(() => poured.written)).toBeLessThan(held)
    upstream.socket.resume()
    await upstream.waitFor(() => upstream.buffered.length === total, 'the whole body')
  })

  test('both sides of a tunnel hold each other back', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(get('Connection: Upgrade', 'Upgrade: raw'))
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(head('HTTP/1.1 101 Switching Protocols', 'Upgrade: raw', 'Connection: Upgrade'))
    await client.head()
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      to.socket.pause()
      const poured = pour(from)
      expect(await standstill(() => poured.written)).toBeLessThan(held)
      to.socket.resume()
      await to.waitFor(() => to.buffered.length === total, 'all bytes')
    }
  })

  test('a response that closes is read to its end, however slowly', async () => {
    await using bed = await ProxyBed.open({ limits: { lingerMs: 20, stopMs: 20 } })
    const client = await bed.client()
    client.socket.pause()
    client.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(head('HTTP/1.1 200 OK', dateLine))
    upstream.send(Buffer.alloc(total, 'x')).finish()
    await Bun.sleep(300)
    client.socket.resume()
    await client.head()
    const { text, ending } = await client.toEnd()
    expect({ length: text.length, ending }).toEqual({ length: total, ending: 'end' })
  })
})

describe('clients that leave', () => {
  test('take their upstream connection with them, whatever was under way', async () => {
    await using bed = await ProxyBed.open()
    for (const leave of [(peer: Peer) => peer.reset(), (peer: Peer) => peer.socket.destroy()]) {
      const { client } = await pouringResponse(bed)
      leave(client)
      await eventually(() => bed.proxy.stats().upstreamConnections === 0, 'the end of the upstream')
    }
    expect(bed.proxy.stats().openConnections).toBe(0)
  })

  test('one that sent FIN gets what makes progress, and is given up when nothing does', async () => {
    await using bed = await ProxyBed.open({ limits: { abandonedMs: 400 } })
    const client = await bed.client()
    client.send(get()).finish()
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(head('HTTP/1.1 200 OK', dateLine, 'Content-Length: 1000'))
    for (let i = 0; i < 5; i++) {
      await Bun.sleep(100)
      upstream.send('x')
      await client.until('x')
    }
    await upstream.toEnd()
    await client.toEnd()
  })

  test('1,000 aborted responses leave no connection and no descriptor behind', async () => {
    await using bed = await ProxyBed.open()
    const response = head('HTTP/1.1 200 OK', dateLine, 'Transfer-Encoding: chunked').concat(
      '3\r\nabc\r\n',
    )
    bed.upstream.answerAll(response)
    const abortOne = async (): Promise<void> => {
      const client = await bed.client()
      client.send(get())
      await client.until('abc')
      client.reset()
    }
    const abortMany = async (rounds: number): Promise<void> => {
      for (let i = 0; i < rounds; i++) await Promise.all(Array.from({ length: 50 }, abortOne))
      await eventually(() => bed.proxy.stats().openConnections === 0, 'the end of all clients')
      await eventually(
        () => bed.proxy.stats().upstreamConnections === 0,
        'the end of all upstreams',
      )
    }
    await abortMany(1)
    const descriptors = readdirSync('/dev/fd').length
    await abortMany(20)
    await eventually(() => readdirSync('/dev/fd').length <= descriptors, 'all descriptors')
    expect(bed.proxy.stats()).toMatchObject({ requests: 1050, failures: 0, tunnels: 0 })
  }, 20_000)
})
