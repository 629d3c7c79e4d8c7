import { describe, expect, test } from 'bun:test'
import { eventually } from './bed/eventually.ts'
import { dateLine, get, head, okResponse, ProxyBed, webHost } from './bed/proxy-bed.ts'

const post = (...lines: string[]): string => head('POST / HTTP/1.1', `Host: ${webHost}`, ...lines)

describe('rule 19: connections to one upstream are bounded', () => {
  test('503 when too many wait, and when one waits too long', async () => {
    await using bed = await ProxyBed.open({
      limits: { connectionsPerUpstream: 1, queuePerUpstream: 1, queueMs: 200 },
    })
    const first = await bed.client()
    first.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    const queued = bed.exchange(get('Connection: close'))
    const tooMany = await bed.exchange(get('Connection: close'))
    expect(tooMany).toStartWith('HTTP/1.1 503 Service Unavailable\r\n')
    expect(tooMany).toContain('\r\nRetry-After: 1\r\n')
    expect(await queued).toStartWith('HTTP/1.1 503 ')
  })

  test('one that waits gets the connection when it is free, body and all', async () => {
    await using bed = await ProxyBed.open({ limits: { connectionsPerUpstream: 1 } })
    const first = await bed.client()
    first.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    const second = await bed.client()
    second.send(post('Content-Length: 4').concat('ab'))
    const third = await bed.client()
    await eventually(() => bed.proxy.stats().requests === 2, 'the second request')
    third.send(post('Content-Length: 0'))
    await eventually(() => bed.proxy.stats().requests === 3, 'the third request')
    second.send('cd')
    upstream.send(okResponse)
    await first.until('ok')
    expect(await upstream.head()).toContain('\r\nContent-Length: 4\r\n')
    expect(await upstream.next(4)).toBe('abcd')
    upstream.send(
      head('HTTP/1.1 200 OK', dateLine, 'Content-Length: 2', 'Connection: close').concat('ok'),
    )
    await second.until('ok')
    const fresh = await bed.upstream.accept()
    expect(await fresh.head()).toContain('\r\nContent-Length: 0\r\n')
  })

  test('a client that leaves the queue is not waited for', async () => {
    await using bed = await ProxyBed.open({ limits: { connectionsPerUpstream: 1 } })
    const first = await bed.client()
    first.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    const second = await bed.client()
    second.send(get('X: second'))
    await eventually(() => bed.proxy.stats().requests === 2, 'the second request')
    second.reset()
    const third = await bed.client()
    third.send(get('X: third'))
    await eventually(() => bed.proxy.stats().requests === 3, 'the third request')
    await eventually(() => bed.proxy.stats().openConnections === 2, 'the end of the second client')
    upstream.send(okResponse)
    expect(await upstream.head()).toContain('X: third')
  })
})
