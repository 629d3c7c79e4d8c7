import { describe, expect, test } from 'bun:test'
import { get, head, okResponse, ProxyBed, receivedFor, webHost } from './bed/proxy-bed.ts'

const hostLine = `Host: ${webHost}`

describe('rule 1: fields for one hop only', () => {
  test('Connection and all it names are removed, in any case, even when they stand before it', async () => {
    await using bed = await ProxyBed.open()
    const request = get(
      'A: 1',
      'x-hop: 2',
      'Connection: X-Hop , keep-alive,x-other',
      'X-OTHER: 3',
      'B: 4',
    )
    expect(await receivedFor(bed, request)).toBe(
      `GET / HTTP/1.1\r\n${hostLine}\r\nA: 1\r\nB: 4\r\n${bed.forwarded(webHost)}`,
    )
  })

  test('the fields that are always for one hop are removed', async () => {
    await using bed = await ProxyBed.open()
    const request = get(
      'Keep-Alive: timeout=5',
      'Proxy-Connection: x',
      'TE: gzip',
      'Upgrade: x/1',
      'A: 1',
    )
    expect(await receivedFor(bed, request)).toBe(
      `GET / HTTP/1.1\r\n${hostLine}\r\nA: 1\r\n${bed.forwarded(webHost)}`,
    )
  })

  test('Connection cannot take away what the proxy adds', async () => {
    await using bed = await ProxyBed.open()
    const request = get(
      'X-Forwarded-For: 9.9.9.9',
      'Connection: x-forwarded-for, via, X-Forwarded-Host',
      'X-Forwarded-Host: evil',
    )
    expect(await receivedFor(bed, request)).toBe(
      `GET / HTTP/1.1\r\n${hostLine}\r\n${bed.forwarded(webHost)}`,
    )
  })

  test('Connection cannot take away Host or the framing', async () => {
    await using bed = await ProxyBed.open()
    const request = head(
      'POST / HTTP/1.1',
      hostLine,
      'Content-Length: 3',
      'Connection: host, content-length, transfer-encoding',
    )
    expect(await receivedFor(bed, `${request}abc`, 3)).toBe(
      `POST / HTTP/1.1\r\n${hostLine}\r\nContent-Length: 3\r\n${bed.forwarded(webHost)}abc`,
    )
  })

  test('TE: trailers is asked for again', async () => {
    await using bed = await ProxyBed.open()
    expect(await receivedFor(bed, get('TE: gzip, Trailers', 'Connection: TE'))).toBe(
      `GET / HTTP/1.1\r\n${hostLine}\r\nTE: trailers\r\nConnection: TE\r\n${bed.forwarded(webHost)}`,
    )
  })

  test('a chunked body stays chunked, byte for byte, with extensions and trailers', async () => {
    await using bed = await ProxyBed.open()
    const request = head('POST / HTTP/1.1', hostLine, 'transfer-encoding:  Chunked')
    const body = '3;a="b;c"\r\nabc\r\n00A\r\n0123456789\r\n0\r\nT: 1\r\nU:2\r\n\r\n'
    expect(await receivedFor(bed, request + body, body.length)).toBe(
      `POST / HTTP/1.1\r\n${hostLine}\r\ntransfer-encoding:  Chunked\r\n${bed.forwarded(webHost)}${body}`,
    )
  })
})

describe('rule 1: trailers of a message whose Connection names fields', () => {
  const hostAndCoding = [hostLine, 'Connection: x-hop', 'Transfer-Encoding: chunked']
  const chunks = '3\r\nabc\r\n0\r\n'

  test.each([
    ['with the head', ['X-Hop: 1\r\nA: 2\r\n\r\n']],
    ['byte by byte', Array.from('X-Hop: 1\r\nA: 2\r\n\r\n')],
    ['without any', ['\r\n']],
  ])('are dropped: %s', async (_, pieces) => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(head('POST / HTTP/1.1', ...hostAndCoding) + chunks + (pieces[0] ?? ''))
    const upstream = await bed.upstream.accept()
    await upstream.head()
    for (const piece of pieces.slice(1)) client.send(piece)
    expect(await upstream.head()).toBe(`${chunks}\r\n`)
    upstream.send(okResponse)
    await client.until('ok')
    client.send(head('GET /next HTTP/1.1', hostLine))
    expect(await upstream.head()).toStartWith('GET /next HTTP/1.1\r\n')
  })
})

describe('rule 2: Via', () => {
  test('is added after the Via of others', async () => {
    await using bed = await ProxyBed.open()
    expect(await receivedFor(bed, get('Via: 1.0 fred, 1.1 p (x)'))).toBe(
      `GET / HTTP/1.1\r\n${hostLine}\r\nVia: 1.0 fred, 1.1 p (x)\r\n${bed.forwarded(webHost)}`,
    )
  })

  test('tells the version the client speaks', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(head('GET / HTTP/1.0', hostLine))
    const upstream = await bed.upstream.accept()
    expect(await upstream.head()).toBe(
      `GET / HTTP/1.1\r\n${hostLine}\r\n${bed.forwarded(webHost).replace('Via: 1.1', 'Via: 1.0')}`,
    )
  })
})

describe('rule 3: an absolute target wins over Host', () => {
  test.each([
    ['http://WEB.myapp.localhost:1/a?b', 'GET /a?b', 'WEB.myapp.localhost:1'],
    ['HTTPS://web.myapp.localhost', 'GET /', webHost],
    ['http://web.myapp.localhost?q=/', 'GET /?q=/', webHost],
  ])('%s', async (target, line, host) => {
    await using bed = await ProxyBed.open()
    const request = head(`GET ${target} HTTP/1.1`, 'A: 1', 'Host: other.localhost', 'B: 2')
    expect(await receivedFor(bed, request)).toBe(
      `${line} HTTP/1.1\r\nHost: ${host}\r\nA: 1\r\nB: 2\r\n${bed.forwarded(host)}`,
    )
  })

  test('OPTIONS for a whole server becomes OPTIONS *', async () => {
    await using bed = await ProxyBed.open()
    const request = head(`OPTIONS http://${webHost} HTTP/1.1`, 'Host: x.localhost')
    expect(await receivedFor(bed, request)).toStartWith(
      `OPTIONS * HTTP/1.1\r\nHost: ${webHost}\r\n`,
    )
  })
})

describe('rule 9: order, repetition and case are kept', () => {
  test('in fields the proxy has nothing to do with', async () => {
    await using bed = await ProxyBed.open()
    const lines = ['cookie: a', 'X-a:1', 'COOKIE:   b  ', 'x-A: \t', 'Accept: \xe9\xff']
    expect(await receivedFor(bed, get(...lines))).toBe(
      `GET / HTTP/1.1\r\n${hostLine}\r\n${lines.join('\r\n')}\r\n${bed.forwarded(webHost)}`,
    )
  })
})

describe('rule 10: the target passes byte for byte', () => {
  test.each([
    '/a/../b/./c//d',
    '/%2e%2e/%2F%zz?x=%00&y="<>{}|\\^`',
    '/\xc3\xa9?\xff',
    '//web.other.localhost/x',
    '/?http://x',
    '/*',
  ])('%s', async (target) => {
    await using bed = await ProxyBed.open()
    const text = await receivedFor(bed, head(`GET ${target} HTTP/1.1`, hostLine))
    expect(text).toStartWith(`GET ${target} HTTP/1.1\r\n`)
  })

  test('OPTIONS * passes as it is', async () => {
    await using bed = await ProxyBed.open()
    const text = await receivedFor(bed, head('OPTIONS * HTTP/1.1', hostLine))
    expect(text).toBe(`OPTIONS * HTTP/1.1\r\n${hostLine}\r\n${bed.forwarded(webHost)}`)
  })

  test('the method passes as it is, known or not', async () => {
    await using bed = await ProxyBed.open()
    const text = await receivedFor(bed, head('pRoPfInD! /x HTTP/1.1', hostLine))
    expect(text).toStartWith('pRoPfInD! /x HTTP/1.1\r\n')
  })

  test('a higher minor version counts as 1.1, which is what we speak', async () => {
    await using bed = await ProxyBed.open()
    const text = await receivedFor(bed, head('GET /x HTTP/1.7', hostLine))
    expect(text).toStartWith('GET /x HTTP/1.1\r\n')
  })
})

describe('rule 14: Max-Forwards', () => {
  test.each(['OPTIONS', 'TRACE'])('%s is passed on with one less', async (method) => {
    await using bed = await ProxyBed.open()
    const text = await receivedFor(bed, head(`${method} / HTTP/1.1`, hostLine, 'max-forwards: 7'))
    expect(text).toBe(
      `${method} / HTTP/1.1\r\n${hostLine}\r\nMax-Forwards: 6\r\n${bed.forwarded(webHost)}`,
    )
  })

  test('a number that fits nowhere counts as the largest one', async () => {
    await using bed = await ProxyBed.open()
    const request = head('OPTIONS / HTTP/1.1', hostLine, `Max-Forwards: 1${'0'.repeat(20)}`)
    expect(await receivedFor(bed, request)).toContain('\r\nMax-Forwards: 999999999999998\r\n')
  })

  test('it means nothing to other methods', async () => {
    await using bed = await ProxyBed.open()
    expect(await receivedFor(bed, get('Max-Forwards: 0'))).toContain('\r\nMax-Forwards: 0\r\n')
  })

  test('at 0 the proxy answers itself', async () => {
    await using bed = await ProxyBed.open()
    const ask = (method: string): Promise<string> =>
      bed.exchange(head(`${method} / HTTP/1.1`, hostLine, 'Max-Forwards: 0', 'Connection: close'))
    expect(await ask('OPTIONS')).toMatch(/^HTTP\/1\.1 204 No Content\r\nAllow: GET, HEAD, /)
    expect(await ask('TRACE')).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\n/)
    expect(bed.upstream.accepted).toBe(0)
  })
})
