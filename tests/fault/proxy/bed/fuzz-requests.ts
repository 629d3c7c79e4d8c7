import { pick, randomBytes, spoil } from './spoil.ts'
import { head } from '../../../integration/proxy/bed/proxy-bed.ts'

const host = 'Host: web.fuzz.localhost'

/** Proper requests of every shape, to be spoilt. */
const templates = [
  head('GET /a?b=c HTTP/1.1', host, 'Accept: */*'),
  head('GET http://web.fuzz.localhost/abs HTTP/1.1', 'Host: other.localhost'),
  head('HEAD / HTTP/1.1', host, 'Via: 1.0 other', 'X-Forwarded-For: 10.0.0.1'),
  head('POST / HTTP/1.1', host, 'Content-Length: 5') + 'hello',
  head('PUT /x HTTP/1.1', host, 'Transfer-Encoding: chunked') +
    '3\r\nabc\r\n2;e=1\r\nde\r\n0\r\n\r\n',
  head('POST /t HTTP/1.1', host, 'TE: trailers', 'Transfer-Encoding: chunked', 'Trailer: T') +
    '1\r\nx\r\n0\r\nT: 1\r\n\r\n',
  head(
    'GET /ws HTTP/1.1',
    host,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Key: x',
  ),
  head('POST /e HTTP/1.1', host, 'Expect: 100-continue', 'Content-Length: 2') + 'ok',
  head('GET /old HTTP/1.0', host, 'Connection: keep-alive'),
  head('OPTIONS * HTTP/1.1', host, 'Max-Forwards: 3'),
  head('DELETE /c HTTP/1.1', host, 'Connection: close, X-Drop', 'X-Drop: 1', 'Cookie: a=b; c=d'),
  head('GET /1 HTTP/1.1', host) + head('GET /2 HTTP/1.1', host) + head('GET /3 HTTP/1.1', host),
  head('POST /p HTTP/1.1', host, 'Content-Length: 3') + 'abc' + head('GET /q HTTP/1.1', host),
]

/** What has fooled parsers before. */
const pieces = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  '\t',
  ' ',
  ':',
  ';',
  ',',
  '\x0b',
  '\xa0',
  '\r\n\r\n',
  '\r\n ',
  '0\r\n\r\n',
  'Content-Length: 0\r\n',
  'Content-Length: 4\r\n',
  'Content-Length: +4\r\n',
  'content-length : 4\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity\r\n',
  'Transfer-Encoding:\tchunked\r\n',
  'Transfer-Encoding: xchunked\r\n',
  'Connection: Content-Length\r\n',
  'Connection: Transfer-Encoding, Host\r\n',
  'Host: web.fuzz.localhost\r\n',
  'Host: evil.example\r\n',
  'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n',
  'Expect: 200-ok\r\n',
  'GET /smuggled HTTP/1.1\r\nHost: web.fuzz.localhost\r\n\r\n',
  ' HTTP/1.1\r\n',
  'fffffffffffffffff',
  '0x5',
  '-1',
]

/** Bytes that a client may send: proper requests with some mistakes in them, or anything at all. */
export function fuzzedRequest(random: () => number): string {
  if (random() < 0.1) return randomBytes(random, Math.floor(random() * 600))
  let text = pick(random, templates)
  if (random() < 0.2) text += pick(random, templates)
  for (let left = Math.floor(random() * 4); left > 0; left--) text = spoil(random, text, pieces)
  return text
}
