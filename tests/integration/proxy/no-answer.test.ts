import { describe, expect, test } from 'bun:test'
import type { ServiceCondition } from '../../../src/proxy/service-condition.ts'
import { DeafListener } from './bed/deaf-listener.ts'
import { type ErrorPage, readErrorPage } from './bed/error-page.ts'
import { eventually } from './bed/eventually.ts'
import type { Peer } from './bed/peer.ts'
import {
  get,
  head,
  okResponse,
  ProxyBed,
  reuseConnection,
  routeTo,
  webHost,
} from './bed/proxy-bed.ts'

describe('rule 13: why there is no answer', () => {
  const ask = head(
    'GET / HTTP/1.1',
    `Host: ${webHost}`,
    'Accept: application/json',
    'Connection: close',
  )

  async function failure(bed: ProxyBed): Promise<ErrorPage> {
    return readErrorPage(await bed.exchange(ask))
  }

  const conditions: [ServiceCondition, status: number, error: string, reason: RegExp][] = [
    [{ kind: 'stopped' }, 502, 'stopped', /run of "myapp" is stopped/],
    [{ kind: 'exited', exitCode: 3 }, 502, 'exited', /ended with exit code 3/],
    [{ kind: 'not-listening' }, 502, 'not-listening', /nothing listens on port 3000/],
    [{ kind: 'loopback-only' }, 502, 'loopback-only', /only on the container's own 127\.0\.0\.1/],
    [
      { kind: 'not-published' },
      502,
      'not-published',
      /port 3000 of the container is not published/,
    ],
    [
      { kind: 'unreachable', reason: 'gone\x1b[0m' },
      502,
      'unreachable',
      /cannot be asked: gone\[0m$/,
    ],
    [{ kind: 'unknown' }, 502, 'refused', /nothing accepts connections for port 3000/],
    [{ kind: 'starting', sinceMs: 4000, listens: false }, 503, 'starting', /started 4s ago/],
    [{ kind: 'starting', sinceMs: 61_000, listens: false }, 502, 'starting', /started 1m ago/],
  ]

  test.each(conditions)('refused, and %j', async (condition, status, error, reason) => {
    await using bed = await ProxyBed.open({ condition })
    bed.upstream.close()
    const text = await bed.exchange(ask)
    const page = readErrorPage(text)
    expect(page).toMatchObject({
      status,
      error,
      agent: 'myapp',
      service: 'web',
      services: [{ agent: 'myapp', name: 'web', url: `http://${webHost}` }],
    })
    expect(page.reason).toMatch(reason)
    expect(text.includes('\r\nRetry-After: 1\r\n')).toBe(status === 503)
  })

  test('accepted and closed without a byte, as docker-proxy does it, counts as refused', async () => {
    await using bed = await ProxyBed.open({ condition: { kind: 'not-listening' } })
    for (const leave of [(peer: Peer) => peer.reset(), (peer: Peer) => peer.finish()]) {
      const answer = failure(bed)
      leave(await bed.upstream.accept())
      expect(await answer).toMatchObject({ status: 502, error: 'not-listening' })
    }
  })

  test('a service that has answered before is not starting', async () => {
    await using bed = await ProxyBed.open({
      condition: { kind: 'starting', sinceMs: 1, listens: false },
    })
    const { upstream } = await reuseConnection(bed)
    bed.upstream.close()
    upstream.finish()
    await eventually(() => bed.proxy.stats().upstreamConnections === 0, 'the end of the connection')
    expect(await failure(bed)).toMatchObject({ status: 502, error: 'not-listening' })
  })

  test('the word of the runtime is waited for only so long', async () => {
    const never = Promise.withResolvers<ServiceCondition>()
    await using bed = await ProxyBed.open({
      explain: () => never.promise,
      limits: { explainMs: 20 },
    })
    bed.upstream.close()
    expect(await failure(bed)).toMatchObject({ error: 'refused' })
  })

  test('a runtime that cannot be asked is not our failure', async () => {
    await using bed = await ProxyBed.open({ explain: () => Promise.reject(new Error('no engine')) })
    bed.upstream.close()
    expect(await failure(bed)).toMatchObject({
      error: 'unreachable',
      reason: 'the runtime cannot be asked: no engine',
    })
  })

  test('504 when nothing accepts in time', async () => {
    using deaf = await DeafListener.start()
    await using bed = await ProxyBed.open({
      routes: [routeTo(deaf.port)],
      limits: { connectMs: 50 },
    })
    const { status } = await failure(bed)
    expect(status).toBe(504)
  })

  test('no limit on the head once a connection is made', async () => {
    await using bed = await ProxyBed.open({
      limits: { connectMs: 200, idleMs: 200, headMs: 200, expectMs: 200 },
    })
    const client = await bed.client()
    client.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    await Bun.sleep(500)
    upstream.send(okResponse)
    expect(await client.until('ok')).toBe(okResponse)
  })

  test('508 when the request has been here three times', async () => {
    await using bed = await ProxyBed.open()
    const loop = (...via: string[]): Promise<string> =>
      bed.exchange(get(...via, 'Connection: close'))
    bed.upstream.answerAll(okResponse)
    expect(await loop('Via: 1.1 agent, 1.1 x', 'Via: 1.1 Agent')).toStartWith('HTTP/1.1 200 ')
    const third = await loop('Via: 1.1 agent, 1.1 x', 'Via: HTTP/1.1 AGENT (c), 1.0 agent')
    expect(third).toStartWith('HTTP/1.1 508 ')
    expect(third).toContain('changeOrigin')
  })
})
