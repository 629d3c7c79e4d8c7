import { describe, expect, test } from 'bun:test'
import { readErrorPage } from './bed/error-page.ts'
import { get, head, ProxyBed, webHost } from './bed/proxy-bed.ts'

const hostLine = `Host: ${webHost}`
const post = (...lines: string[]): string => head('POST / HTTP/1.1', hostLine, ...lines)

/** Requests that must be answered with a status, end the connection, and never reach an upstream. */
const refusals: Record<string, [status: number, request: string][]> = {
  'rule 3: Host missing, repeated or malformed': [
    [400, head('GET / HTTP/1.1', 'A: 1')],
    [400, head('GET / HTTP/1.0')],
    [400, get(hostLine)],
    [400, get('Host: other.localhost')],
    [400, head('GET / HTTP/1.1', 'Host:')],
    [400, head('GET / HTTP/1.1', 'Host: a b.localhost')],
    [400, head('GET / HTTP/1.1', 'Host: web.myapp.localhost/x')],
    [400, head('GET / HTTP/1.1', 'Host: user@web.myapp.localhost')],
    [400, head('GET / HTTP/1.1', 'Host: web.myapp.localhost:port')],
    [400, head('GET / HTTP/1.1', 'Host: web.myapp.localhost:99999')],
    [400, head('GET / HTTP/1.1', 'Host: web.myapp.localhost, other')],
    [400, head('GET / HTTP/1.1', 'Host: [::1')],
    [400, head(`GET http://${webHost}/ HTTP/1.1`)],
    [400, head('GET http://user@web.myapp.localhost/ HTTP/1.1', hostLine)],
    [400, head('GET http:/// HTTP/1.1', hostLine)],
    [400, head('GET ftp://web.myapp.localhost/ HTTP/1.1', hostLine)],
  ],
  'rule 5: framing that two servers could read in two ways': [
    [400, post('Content-Length: 5', 'Transfer-Encoding: chunked')],
    [400, post('Transfer-Encoding: chunked', 'Content-Length: 5')],
    [501, post('Transfer-Encoding: gzip')],
    [501, post('Transfer-Encoding: gzip, chunked')],
    [501, post('Transfer-Encoding: identity')],
    [501, post('Transfer-Encoding: xchunked')],
    [501, post('Transfer-Encoding: chunked;q=1')],
    [400, post('Transfer-Encoding: chunked, gzip')],
    [400, post('Transfer-Encoding: chunked, chunked')],
    [400, post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')],
    [400, post('Transfer-Encoding:')],
    [400, post('Transfer-Encoding: , chunked')],
    [400, post('Transfer-Encoding: \x0bchunked')],
    [400, head('POST / HTTP/1.0', hostLine, 'Transfer-Encoding: chunked')],
    [400, post('Content-Length: 5', 'Content-Length: 6')],
    [400, post('Content-Length: 5, 5')],
    [400, post('Content-Length: +5')],
    [400, post('Content-Length: -1')],
    [400, post('Content-Length: 0x5')],
    [400, post('Content-Length: 5 5')],
    [400, post('Content-Length:')],
    [400, post('Content-Length: 9999999999999999')],
    [400, `${post('Transfer-Encoding: chunked')}g\r\n`],
    [400, `${post('Transfer-Encoding: chunked')}3 \r\nabc\r\n0\r\n\r\n`],
    [400, `${post('Transfer-Encoding: chunked')}0x3\r\nabc\r\n0\r\n\r\n`],
    [400, `${post('Transfer-Encoding: chunked')}3\nabc\r\n0\r\n\r\n`],
    [400, `${post('Transfer-Encoding: chunked')}3\r\nabcd\r\n0\r\n\r\n`],
    [400, `${post('Transfer-Encoding: chunked')}0\r\nXX\r\n\r\n`],
    [400, `${post('Transfer-Encoding: chunked')}0\r\n folded: 1\r\n\r\n`],
    [400, `${post('Transfer-Encoding: chunked')}fffffffffffffffff\r\n`],
    [400, `${post('Transfer-Encoding: chunked')}-1\r\n`],
    [400, `${post('Transfer-Encoding: chunked')}0\r\nContent-Length: 4\r\n\r\n`],
    [400, `${post('Transfer-Encoding: chunked')}0\r\nTransfer-Encoding: chunked\r\n\r\n`],
    [400, `${post('Transfer-Encoding: chunked')}0\r\nHost: other.localhost\r\n\r\n`],
  ],
  'rule 6: lines that are not quite lines': [
    [400, get('A : 1')],
    [400, get('A\t: 1')],
    [400, get('A: 1', ' folded')],
    [400, get('A: 1', '\tfolded')],
    [400, head('GET / HTTP/1.1', ' Host: x')],
    [400, get('A: 1\rB: 2')],
    [400, get('A: 1\nB: 2')],
    [400, get('A: \x00')],
    [400, get('A: \x01')],
    [400, get('A: \x7f')],
    [400, get('A\x00: 1')],
    [400, get('no colon')],
    [400, get(': empty')],
    [400, get('\xe9: 1')],
    [400, 'GET / HTTP/1.1\nHost: web.myapp.localhost\n\n'],
    [400, `GET / HTTP/1.1\r\n${hostLine}\r\n\n`],
  ],
  'the request line': [
    [400, head('GET  / HTTP/1.1', hostLine)],
    [400, head('GET /  HTTP/1.1', hostLine)],
    [400, head('GET / HTTP/1.1 ', hostLine)],
    [400, head(' GET / HTTP/1.1', hostLine)],
    [400, head('GET\t/ HTTP/1.1', hostLine)],
    [400, head('GET /a b HTTP/1.1', hostLine)],
    [400, head('GET / http/1.1', hostLine)],
    [400, head('GET / HTTP/1.', hostLine)],
    [400, head('GET / HTTP/11', hostLine)],
    [400, head('GET / HTTP/1,1', hostLine)],
    [400, head('GET / HTTP/1.10', hostLine)],
    [400, 'GET /\r\n\r\n'],
    [400, head('GET x HTTP/1.1', hostLine)],
    [400, head('GET * HTTP/1.1', hostLine)],
    [400, head('G<T / HTTP/1.1', hostLine)],
    [400, head('GET /\x00 HTTP/1.1', hostLine)],
    [505, head('GET / HTTP/2.0', hostLine)],
    [505, head('GET / HTTP/0.9', hostLine)],
    [505, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    [400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    [400, 'SSH-2.0-OpenSSH_9.2\r\n'],
  ],
  'rule 10: a fragment is never sent': [
    [400, head('GET /a#b HTTP/1.1', hostLine)],
    [400, head(`GET http://${webHost}/#b HTTP/1.1`, hostLine)],
  ],
  'rule 14: methods that are not for us': [
    [501, head(`CONNECT ${webHost}:443 HTTP/1.1`, hostLine)],
    [501, head('CONNECT / HTTP/1.1', hostLine)],
    [400, head('TRACE / HTTP/1.1', hostLine, 'Content-Length: 1')],
  ],
}

for (const [rule, cases] of Object.entries(refusals)) {
  describe(rule, () => {
    test.each(cases)('%d for %j', async (status, request) => {
      await using bed = await ProxyBed.open()
      const answer = await bed.exchange(request)
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Z]`))
      expect(answer).toContain('\r\nDate: Fri, 02 Jan 2026 03:04:05 GMT\r\n')
      expect(answer).toContain('\r\nConnection: close\r\n')
      expect(answer.match(/^HTTP/gm)).toHaveLength(1)
      expect(bed.upstream.accepted).toBe(0)
    })
  })
}

describe('rule 4: names that are not ours', () => {
  test.each([
    'example.com',
    'localhost.example.com',
    '10.0.0.1',
    'xlocalhost',
    '[::2]',
    '127.0.0.1.nip.io',
  ])('%s is misdirected', async (host) => {
    await using bed = await ProxyBed.open()
    const answer = await bed.exchange(
      head('GET / HTTP/1.1', `Host: ${host}`, 'Connection: close', 'Accept: application/json'),
    )
    expect(answer).toStartWith('HTTP/1.1 421 Misdirected Request\r\n')
    const page = readErrorPage(answer)
    expect(page).toMatchObject({ error: 'foreign-host', services: [] })
    expect(page.reason).toContain(host)
  })

  test.each(['localhost', '127.0.0.1', '[::1]', '127.1.2.3', 'LOCALHOST.'])(
    '%s is the index',
    async (host) => {
      await using bed = await ProxyBed.open()
      const answer = await bed.exchange(
        head('GET / HTTP/1.1', `Host: ${host}:${bed.port}`, 'Connection: close'),
      )
      expect(answer).toStartWith('HTTP/1.1 200 OK\r\n')
      expect(answer).toEndWith(`\r\n\r\nmyapp\n  web  http://web.myapp.localhost:${bed.port}\n`)
    },
  )
})

test('rule 5: a Content-Length that is repeated and equal is sent once', async () => {
  await using bed = await ProxyBed.open()
  const client = await bed.client()
  client.send(`${post('Content-Length: 2', 'A: 1', 'content-length: 2')}ab`)
  const upstream = await bed.upstream.accept()
  expect(await upstream.head()).toStartWith(
    `POST / HTTP/1.1\r\n${hostLine}\r\nContent-Length: 2\r\nA: 1\r\nX-Forwarded-For: `,
  )
})

test('rule 5: a body that turns out malformed ends both sides, and the upstream does not see its end', async () => {
  await using bed = await ProxyBed.open()
  const client = await bed.client()
  client.send(`${post('Transfer-Encoding: chunked')}3\r\nabc\r\n`)
  const upstream = await bed.upstream.accept()
  await upstream.head()
  expect(await upstream.next(8)).toBe('3\r\nabc\r\n')
  client.send('zz\r\n')
  expect((await client.toEnd()).text).toStartWith('HTTP/1.1 400 Bad Request\r\n')
  expect((await upstream.toEnd()).text).toBe('')
})
