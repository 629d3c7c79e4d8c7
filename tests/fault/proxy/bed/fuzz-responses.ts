import { head } from '../../../integration/proxy/bed/proxy-bed.ts'
import { pick, randomBytes, spoil } from './spoil.ts'

const chunks = '3;e=1\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'

/** Proper responses of every shape, to be spoilt. */
const templates = [
  head('HTTP/1.1 200 OK', 'Content-Length: 5', 'Server: x') + 'hello',
  head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked') + chunks,
  head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', 'Trailer: T') +
    '1\r\nx\r\n0\r\nT: 1\r\n\r\n',
  head('HTTP/1.1 200 OK', 'Connection: close') + 'until the end',
  head('HTTP/1.0 200 OK', 'Content-Type: text/plain') + 'old',
  head('HTTP/1.1 204 No Content', 'A: 1'),
  head('HTTP/1.1 304 Not Modified', 'Content-Length: 9', 'ETag: "a"'),
  head('HTTP/1.1 103 Early Hints', 'Link: </a>') + head('HTTP/1.1 200', 'Content-Length: 2') + 'ok',
  head('HTTP/1.1 404 Not Found', 'Connection: X-Drop', 'X-Drop: 1', 'Content-Length: 0'),
  head('HTTP/1.1 200 OK', 'Set-Cookie: a=b', 'Set-Cookie: c=d', 'Content-Length: 1') + 'x',
]

const pieces = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  ':',
  ';',
  '\r\n\r\n',
  '\r\n ',
  '0\r\n\r\n',
  'Content-Length: 0\r\n',
  'Content-Length: 5\r\n',
  'Content-Length : 4\r\n',
  'Content-Length: 5, 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Connection: Content-Length\r\n',
  'Connection: close\r\n',
  'Upgrade: websocket\r\nConnection: Upgrade\r\n',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
  'ffffffffffff',
  '-1',
]

/** Bytes that an upstream may answer with: a proper response with some mistakes in it, or anything at all. */
export function fuzzedResponse(random: () => number): string {
  if (random() < 0.05) return randomBytes(random, Math.floor(random() * 600))
  let text = pick(random, templates)
  for (let left = Math.floor(random() * 3); left > 0; left--) text = spoil(random, text, pieces)
  return text
}
