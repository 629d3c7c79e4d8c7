import { describe, expect, test } from 'bun:test'
import { eventually } from './bed/eventually.ts'
import { dateLine, get, head, okResponse, ProxyBed, webHost } from './bed/proxy-bed.ts'

const kibi = 1024

describe('rule 18: heads', () => {
  test('64 KiB are passed on, as are hundreds of lines', async () => {
    await using bed = await ProxyBed.open()
    const lines = Array.from({ length: 400 }, (_, i) => `X-${i}: ${'v'.repeat(130)}`)
    const request = get(...lines)
    const padded = get(...lines, `P: ${'p'.repeat(64 * kibi - request.length - 5)}`)
    expect(padded.length).toBe(64 * kibi)
    const client = await bed.client()
    client.send(padded)
    const upstream = await bed.upstream.accept()
    expect(await upstream.head()).toBe(padded.slice(0, -2) + bed.forwarded(webHost))
  })

  test.each([
    ['one long line', get(`X: ${'x'.repeat(64 * kibi)}`)],
    ['too many lines', get(...Array.from({ length: 1001 }, () => 'A:'))],
    ['no end at all', `GET / HTTP/1.1\r\nHost: ${webHost}\r\nX: ${'x'.repeat(70 * kibi)}`],
  ])('more is refused with 431: %s', async (_, request) => {
    await using bed = await ProxyBed.open()
    const text = await bed.exchange(request)
    expect(text).toStartWith('HTTP/1.1 431 Request Header Fields Too Large\r\n')
    expect(text).toContain('\r\nConnection: close\r\n')
    expect(text).toContain('cookies')
    expect(bed.upstream.accepted).toBe(0)
  })

  test.each([
    ['with its end', head(`GET /${'x'.repeat(64 * kibi)} HTTP/1.1`, `Host: ${webHost}`)],
    ['without an end', `GET /${'x'.repeat(70 * kibi)}`],
  ])('a longer target is refused with 414: %s', async (_, request) => {
    await using bed = await ProxyBed.open()
    const text = await bed.exchange(request)
    expect(text).toStartWith('HTTP/1.1 414 URI Too Long\r\n')
    expect(text).toContain('\r\nConnection: close\r\n')
    expect(bed.upstream.accepted).toBe(0)
  })

  test('the page for 431 is made for the browser that sent the head', async () => {
    await using bed = await ProxyBed.open()
    const text = await bed.exchange(get('Accept: text/html', `Cookie: ${'x'.repeat(64 * kibi)}`))
    expect(text).toContain('<h1>The request is too large</h1>')
  })

  test('a head that comes too slowly is answered with 408', async () => {
    await using bed = await ProxyBed.open({ limits: { headMs: 50 } })
    const client = await bed.client()
    client.send('GET / HTTP/1.1\r\nHost:')
    const drip = setInterval(() => client.send('x'), 15)
    const { text } = await client.toEnd()
    clearInterval(drip)
    expect(text).toStartWith('HTTP/1.1 408 Request Timeout\r\n')
  })

  test('a connection without a request is closed in silence, a used one too', async () => {
    await using bed = await ProxyBed.open({ limits: { idleMs: 200 } })
    expect(await (await bed.client()).toEnd()).toEqual({ text: '', ending: 'end' })
    bed.upstream.answerAll(okResponse)
    const client = await bed.client()
    client.send(get())
    expect(await client.toEnd()).toEqual({ text: okResponse, ending: 'end' })
  })

  test('a response head may be larger, but not endless', async () => {
    await using bed = await ProxyBed.open()
    const response = head(
      'HTTP/1.1 200 OK',
      dateLine,
      `X: ${'x'.repeat(200 * kibi)}`,
      'Content-Length: 0',
    )
    for (const [sent, expected] of [
      [response, response],
      [response.replace('X: ', `X: ${'y'.repeat(60 * kibi)}`), 'HTTP/1.1 502 Bad Gateway\r\n'],
    ] as const) {
      const client = await bed.client()
      client.send(get())
      const upstream = await bed.upstream.accept()
      await upstream.head()
      upstream.send(sent)
      expect((await client.head()).startsWith(expected)).toBe(true)
      upstream.finish()
      await eventually(
        () => bed.proxy.stats().upstreamConnections === 0,
        'the end of the connection',
      )
    }
  })
})

describe('rule 19: connections', () => {
  test('idle connections to an upstream are kept, used last first, and not for ever', async () => {
    await using bed = await ProxyBed.open({ limits: { upstreamIdleMs: 300 } })
    const clients = await Promise.all([bed.client(), bed.client()])
    for (const client of clients) client.send(get())
    const upstreams = [await bed.upstream.accept(), await bed.upstream.accept()]
    for (const upstream of upstreams) {
      await upstream.head()
      upstream.send(okResponse)
    }
    for (const client of clients) await client.until('ok')
    expect(bed.proxy.stats()).toMatchObject({ upstreamConnections: 2, idleUpstreamConnections: 2 })
    await Promise.all(upstreams.map((upstream) => upstream.toEnd()))
    await eventually(() => bed.proxy.stats().upstreamConnections === 0, 'the end of the idle ones')
  })

  test('more clients than allowed are turned away with an answer', async () => {
    await using bed = await ProxyBed.open({ limits: { clients: 2, lingerMs: 20 } })
    const first = await bed.client()
    await bed.client()
    const third = await bed.client()
    expect((await third.toEnd()).text).toMatch(/^HTTP\/1\.1 503 .*\r\nRetry-After: 1\r\n/s)
    first.reset()
    await eventually(() => bed.proxy.stats().openConnections === 1, 'room')
    bed.upstream.answerAll(okResponse)
    expect(await bed.exchange(get('Connection: close'))).toStartWith('HTTP/1.1 200 ')
  })

  test('what a client sends ahead of its turn is read only so far', async () => {
    await using bed = await ProxyBed.open({ limits: { aheadBytes: 64 * kibi } })
    const client = await bed.client()
    client.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    const ahead = get(`X: ${'x'.repeat(32 * kibi)}`)
    const count = 600
    let isThrough = false
    client.socket.write(ahead.repeat(count), 'latin1', () => {
      isThrough = true
    })
    await Bun.sleep(100)
    expect(isThrough).toBe(false)
    const answerEach = async (): Promise<void> => {
      for (let i = 0; i < count; i++) {
        upstream.send(okResponse)
        await upstream.head()
      }
    }
    await answerEach()
    expect(isThrough).toBe(true)
  })
})
