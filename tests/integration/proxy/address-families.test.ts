import { describe, expect, test } from 'bun:test'
import { get, okResponse, ProxyBed, routeTo } from './bed/proxy-bed.ts'
import { ScriptedUpstream } from './bed/scripted-upstream.ts'

describe('upstreams on one address family', () => {
  test('a static route to 127.0.0.1 is tried on ::1 as well', async () => {
    using upstream = await ScriptedUpstream.listen({ host: '::1' })
    upstream.answerAll(okResponse)
    await using bed = await ProxyBed.open({
      routes: [routeTo(upstream.port, { owner: { kind: 'static' } })],
    })
    expect(await bed.exchange(get('Connection: close'))).toStartWith('HTTP/1.1 200 ')
    expect(await bed.exchange(get('Connection: close'))).toStartWith('HTTP/1.1 200 ')
  })

  test("a run's address is exact: the same port on ::1 may be somebody else's", async () => {
    using upstream = await ScriptedUpstream.listen({ host: '::1' })
    await using bed = await ProxyBed.open({ routes: [routeTo(upstream.port)] })
    expect(await bed.exchange(get('Connection: close'))).toStartWith('HTTP/1.1 502 ')
    expect(upstream.accepted).toBe(0)
  })

  test('an upstream on IPv6 only', async () => {
    using upstream = await ScriptedUpstream.listen({ host: '::1' })
    upstream.answerAll(okResponse)
    await using bed = await ProxyBed.open({
      routes: [routeTo(0, { upstream: { kind: 'address', host: '::1', port: upstream.port } })],
    })
    expect(await bed.exchange(get('Connection: close'))).toStartWith('HTTP/1.1 200 ')
  })
})
