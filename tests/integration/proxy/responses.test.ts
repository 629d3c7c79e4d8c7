import { describe, expect, test } from 'bun:test'
import { dateLine, answeredWith, get, head, ProxyBed, webHost } from './bed/proxy-bed.ts'

const close = 'Connection: close'

/** What a client gets that asked with `Connection: close`, when the upstream keeps its connection open. */
async function passed(response: string, request = get(close)): Promise<string> {
  await using bed = await ProxyBed.open()
  const { text, ending } = await answeredWith(bed, response, { request })
  expect(ending).toBe('end')
  return text
}

describe('rule 1: fields for one hop only', () => {
  test('are removed from a response, with all that Connection names', async () => {
    const response = head(
      'HTTP/1.1 200 OK',
      dateLine,
      'X-Hop: 1',
      'A: 1',
      'Connection: keep-alive, x-hop',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: x',
      'TE: gzip',
      'Upgrade: h2c',
      'Content-Length: 0',
    )
    expect(await passed(response)).toBe(
      head('HTTP/1.1 200 OK', dateLine, 'A: 1', 'Content-Length: 0', 'Connection: close'),
    )
  })
})

describe('rule 1: trailers of a response whose Connection names fields', () => {
  test.each(['at once', 'byte by byte'])('are dropped: %s', async (how) => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    const lines = ['HTTP/1.1 200 OK', dateLine, 'Transfer-Encoding: chunked']
    const response = `${head(...lines, 'Connection: x-hop')}2\r\nok\r\n0\r\nX-Hop: 1\r\n\r\n`
    for (const piece of how === 'at once' ? [response] : response) upstream.send(piece)
    expect(await client.until('0\r\n\r\n')).toBe(`${head(...lines)}2\r\nok\r\n0\r\n\r\n`)
    client.send(get())
    await upstream.head()
  })
})

describe('a response without Date', () => {
  test('gets the date of its arrival, in front of our own lines', async () => {
    const response = head('HTTP/1.1 200 OK', 'Content-Length: 0', 'A: 1')
    expect(await passed(response)).toBe(
      head(
        'HTTP/1.1 200 OK',
        'Content-Length: 0',
        'A: 1',
        'Date: Fri, 02 Jan 2026 03:04:05 GMT',
        'Connection: close',
      ),
    )
  })
})

describe('rule 6: lines of a response', () => {
  test('blanks before a colon are removed', async () => {
    const response = head('HTTP/1.1 200 OK', dateLine, 'A : 1', 'Content-Length \t: 0')
    expect(await passed(response)).toBe(
      head('HTTP/1.1 200 OK', dateLine, 'A: 1', 'Content-Length: 0', 'Connection: close'),
    )
  })

  test.each([
    head('HTTP/1.1 200 OK', dateLine, 'A: 1', ' folded'),
    head('HTTP/1.1 200 OK', dateLine, 'A: 1\rB: 2'),
    head('HTTP/1.1 200 OK', dateLine, 'A: 1\nB: 2'),
    head('HTTP/1.1 200 OK', dateLine, 'A: \x00'),
    head('HTTP/1.1 200 OK', dateLine, 'no colon'),
    'HTTP/1.1 200 OK\nContent-Length: 0\n\n',
    head('HTTP/1.1 20 OK'),
    head('HTTP/1.1 2000 OK', dateLine),
    head('HTTP/1.1 099 X'),
    head('HTTP/2.0 200 OK'),
    head('HTTP/1.1  200 OK'),
    'SSH-2.0-OpenSSH_9.2\r\n',
    '\x00\x00\x00\x05hello',
  ])('%j is a bad answer', async (response) => {
    const text = await passed(response)
    expect(text).toStartWith('HTTP/1.1 502 Bad Gateway\r\n')
    expect(text).toContain('it is not valid HTTP/1.1')
  })
})

describe('rule 9: what a response says is kept', () => {
  test('reason phrase, order, repetition and case', async () => {
    const lines = ['set-cookie: a', 'X-b:1', 'Set-Cookie: b', 'CONTENT-LENGTH: 2', 'X-B: \xe9 ']
    expect(await passed(`${head('HTTP/1.1 299 Quite  fine \xe9', dateLine, ...lines)}ok`)).toBe(
      `${head('HTTP/1.1 299 Quite  fine \xe9', dateLine, ...lines, 'Connection: close')}ok`,
    )
  })

  test('a missing reason phrase', async () => {
    expect(await passed(head('HTTP/1.1 200', dateLine, 'Content-Length: 0'))).toBe(
      head('HTTP/1.1 200', dateLine, 'Content-Length: 0', 'Connection: close'),
    )
  })

  test.each([
    ['HEAD', 200, ['Content-Length: 1234']],
    ['HEAD', 200, ['Transfer-Encoding: chunked']],
    ['GET', 304, ['Content-Length: 1234', 'ETag: "x"']],
    ['GET', 304, ['Transfer-Encoding: chunked']],
  ])('%s %d has no body and keeps its length', async (method, status, lines) => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    const request = head(`${method} / HTTP/1.1`, `Host: ${webHost}`)
    const response = head(`HTTP/1.1 ${status} X`, dateLine, ...lines)
    client.send(request)
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(response)
    expect(await client.head()).toBe(response)
    client.send(request)
    expect(await upstream.head()).toStartWith(method)
  })

  test('204 must not speak of a length', async () => {
    const response = head('HTTP/1.1 204 No Content', dateLine, 'Content-Length: 0', 'A: 1')
    expect(await passed(response)).toBe(
      head('HTTP/1.1 204 No Content', dateLine, 'A: 1', 'Connection: close'),
    )
  })

  test('chunks, extensions and trailers, however they are cut', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(get('TE: trailers'))
    const upstream = await bed.upstream.accept()
    await upstream.head()
    const response =
      head('HTTP/1.1 200 OK', dateLine, 'Trailer: T', 'Transfer-Encoding: chunked') +
      '5;a="b"\r\nhello\r\n1\r\n!\r\n0;last\r\nT: done\r\nU:  1 \r\n\r\n'
    for (const byte of response) {
      upstream.send(byte)
      await client.waitFor(() => true, 'turn')
    }
    expect(await client.until('U:  1 \r\n\r\n')).toBe(response)
    client.send(get())
    await upstream.head()
  })

  test('a body that ends with the connection', async () => {
    await using bed = await ProxyBed.open()
    const response = `${head('HTTP/1.1 200 OK', dateLine, 'A: 1')}some\r\n\r\nbody`
    expect(await answeredWith(bed, response, { ends: true })).toEqual({
      text: `${head('HTTP/1.1 200 OK', dateLine, 'A: 1', 'Connection: close')}some\r\n\r\nbody`,
      ending: 'end',
    })
  })

  test('an upstream that speaks HTTP/1.0 is answered for as HTTP/1.1', async () => {
    await using bed = await ProxyBed.open()
    const response = `${head('HTTP/1.0 200 OK', dateLine, 'Content-Length: 2')}ok`
    expect((await answeredWith(bed, response, { request: get(close) })).text).toBe(
      `${head('HTTP/1.1 200 OK', dateLine, 'Content-Length: 2', 'Connection: close')}ok`,
    )
    expect(bed.proxy.stats().upstreamConnections).toBe(0)
  })
})
