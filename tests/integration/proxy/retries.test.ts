import { describe, expect, test } from 'bun:test'
import { get, head, okResponse, ProxyBed, reuseConnection, webHost } from './bed/proxy-bed.ts'

const post = (...lines: string[]): string => head('POST / HTTP/1.1', `Host: ${webHost}`, ...lines)

describe('rule 11: what is sent again', () => {
  test('a GET, when a kept connection closes without a byte', async () => {
    await using bed = await ProxyBed.open()
    const { client, upstream } = await reuseConnection(bed)
    client.send(get('A: 1'))
    const sent = await upstream.head()
    upstream.finish()
    const again = await bed.upstream.accept()
    expect(await again.head()).toBe(sent)
    again.send(okResponse)
    expect(await client.until('ok')).toBe(okResponse)
    expect(bed.proxy.stats()).toMatchObject({ retries: 1, failures: 0 })
  })

  test.each(['HEAD', 'PUT', 'DELETE', 'OPTIONS'])(
    '%s as well, also after a reset',
    async (method) => {
      await using bed = await ProxyBed.open()
      const { client, upstream } = await reuseConnection(bed)
      client.send(head(`${method} / HTTP/1.1`, `Host: ${webHost}`))
      await upstream.head()
      upstream.reset()
      const again = await bed.upstream.accept()
      expect(await again.head()).toStartWith(`${method} / HTTP/1.1\r\n`)
    },
  )

  test('only once: a fresh connection that closes is a failure', async () => {
    await using bed = await ProxyBed.open()
    const { client, upstream } = await reuseConnection(bed)
    client.send(get())
    await upstream.head()
    upstream.finish()
    const again = await bed.upstream.accept()
    await again.head()
    again.finish()
    expect(await client.head()).toStartWith('HTTP/1.1 502 ')
    expect(bed.upstream.accepted).toBe(2)
  })

  test('nothing that has begun to be answered', async () => {
    await using bed = await ProxyBed.open()
    const { client, upstream } = await reuseConnection(bed)
    client.send(get())
    await upstream.head()
    upstream.send('HTTP/1.1 2').finish()
    expect(await client.head()).toStartWith('HTTP/1.1 502 ')
    expect(bed.upstream.accepted).toBe(1)
  })

  test('no POST, and nothing with a body', async () => {
    await using bed = await ProxyBed.open()
    for (const request of [post('Content-Length: 0'), get('Content-Length: 1').concat('x')]) {
      const { client, upstream } = await reuseConnection(bed)
      client.send(request)
      await upstream.head()
      upstream.finish()
      expect(await client.head()).toStartWith('HTTP/1.1 502 ')
    }
    expect(bed.proxy.stats().retries).toBe(0)
  })

  test('they go on a connection that has just worked, and not on an older one', async () => {
    await using bed = await ProxyBed.open({ limits: { provenMs: 0 } })
    const { client } = await reuseConnection(bed)
    client.send(post('Content-Length: 0'))
    const fresh = await bed.upstream.accept()
    expect(await fresh.head()).toStartWith('POST / HTTP/1.1\r\n')
    expect(bed.upstream.accepted).toBe(2)
  })

  test('a just-proven connection carries a POST', async () => {
    await using bed = await ProxyBed.open({ limits: { provenMs: 60_000 } })
    const { client, upstream } = await reuseConnection(bed)
    client.send(post('Content-Length: 0'))
    expect(await upstream.head()).toStartWith('POST / HTTP/1.1\r\n')
  })
})
