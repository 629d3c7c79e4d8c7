import { custom } from '../citations/custom.ts'
import { framing } from '../citations/framing.ts'
import { messaging } from '../citations/messaging.ts'
import { methods } from '../citations/methods.ts'
import { semantics } from '../citations/semantics.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import { all, body, field, goesOn, got, member, no, startLine, trailer } from '../expectations.ts'
import { get, head, hostLine, response } from '../wire.ts'

const okBody = `${response('200 OK', 'Content-Length: 2')}ok`

export const responseCases: readonly ConformanceCase[] = [
  {
    id: 'response-date',
    title: 'adds Date to a response that has none',
    cites: semantics.addDate,
    send: get(),
    upstream: [{ send: `${head('HTTP/1.1 200 OK', 'Content-Length: 2')}ok` }],
    expect: got(body('ok'), member('Date', /^[A-Z][a-z]{2}$/), ({ fields }) =>
      fields.filter(([name]) => name.toLowerCase() === 'date').length === 1 ? undefined : 'not one',
    ),
  },
  {
    id: 'response-date-kept',
    title: 'keeps the Date of a response',
    cites: semantics.endpointFields,
    send: get(),
    upstream: [{ send: okBody }],
    expect: got(field('Date', 'Fri, 02 Jan 2026 03:04:05 GMT')),
  },
  {
    id: 'response-server-kept',
    title: 'keeps Server, ETag and Last-Modified',
    cites: semantics.endpointFields,
    send: get(),
    upstream: [
      {
        send: `${response('200 OK', 'Server: own/1', 'ETag: W/"a"', 'Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT', 'Content-Length: 2')}ok`,
      },
    ],
    expect: got(
      field('Server', 'own/1'),
      field('ETag', 'W/"a"'),
      field('Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT'),
    ),
  },
  {
    id: 'response-content',
    title: 'leaves content as it is',
    cites: semantics.content,
    send: get('Accept-Encoding: gzip'),
    upstream: [
      {
        send: `${response('200 OK', 'Content-Type: text/html', 'Cache-Control: no-transform', 'Content-Length: 15')}<p>hello\r\n\0</p>`,
      },
    ],
    expect: got(body('<p>hello\r\n\0</p>'), no('Content-Encoding')),
  },
  {
    id: 'response-unknown-fields',
    title: 'forwards fields of a response that it does not know',
    cites: semantics.unknownFields,
    send: get(),
    upstream: [
      {
        send: `${response('200 OK', 'X-Unheard_Of: 1', 'X-Accel-Other: 2', 'Content-Length: 2')}ok`,
      },
    ],
    expect: got(field('X-Unheard_Of', '1'), field('X-Accel-Other', '2')),
  },
  {
    id: 'response-cookies',
    title: 'keeps every Set-Cookie, in order',
    cites: semantics.fieldOrder,
    send: get(),
    upstream: [
      {
        send: `${response('200 OK', 'Set-Cookie: a=1', 'X: y', 'Set-Cookie: b=2; Path=/', 'Content-Length: 2')}ok`,
      },
    ],
    expect: got(field('Set-Cookie', 'a=1', 'b=2; Path=/')),
  },
  {
    id: 'response-challenge',
    title: 'leaves WWW-Authenticate as it is',
    cites: methods.challenge,
    send: get(),
    upstream: [
      {
        send: response(
          '401 Unauthorized',
          'WWW-Authenticate: Basic realm="a, b"',
          'WWW-Authenticate: Bearer',
          'Content-Length: 0',
        ),
      },
    ],
    expect: got(field('WWW-Authenticate', 'Basic realm="a, b"', 'Bearer')),
  },
  {
    id: 'response-reason',
    title: 'keeps the reason phrase',
    cites: custom.transparent,
    send: get(),
    upstream: [{ send: response('299 Very Well', 'Content-Length: 0') }],
    expect: got(startLine('HTTP/1.1 299 Very Well')),
  },
  {
    id: 'response-no-reason',
    title: 'forwards a status without a reason phrase',
    cites: custom.transparent,
    send: get(),
    upstream: [{ send: `${response('200 ', 'Content-Length: 2')}ok` }],
    expect: got(body('ok')),
  },
  {
    id: 'response-version',
    title: 'says HTTP/1.1 for an upstream of HTTP/1.0',
    cites: messaging.ownVersion,
    send: get(),
    upstream: [{ send: `${head('HTTP/1.0 200 OK', 'Content-Length: 2')}ok`, after: 'end' }],
    expect: got(startLine(/^HTTP\/1\.1 200/), body('ok')),
  },
  {
    id: 'response-chunked',
    title: 'forwards a chunked response and goes on after it',
    cites: framing.parseChunked,
    send: get(),
    upstream: [
      { send: `${response('200 OK', 'Transfer-Encoding: chunked')}2;x=y\r\nok\r\n0\r\n\r\n` },
    ],
    expect: all(got(body('ok')), goesOn),
  },
  {
    id: 'response-trailers',
    title: 'forwards the trailers of a response',
    cites: custom.transparent,
    send: get('TE: trailers', 'Connection: TE'),
    upstream: [
      {
        send: `${response('200 OK', 'Trailer: X-Sum', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n`,
      },
    ],
    expect: got(body('ok'), trailer('X-Sum', '1')),
  },
  {
    id: 'response-trailers-merged',
    title: 'never merges a trailer of a response into the head',
    cites: framing.mergeTrailers,
    send: get(),
    upstream: [
      {
        send: `${response('200 OK', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\nSet-Cookie: evil=1\r\n\r\n`,
      },
    ],
    expect: got(body('ok'), no('Set-Cookie')),
  },
  {
    id: 'response-chunked-http-1.0',
    title: 'sends no chunks to a client of HTTP/1.0',
    cites: framing.chunkedToHttp10,
    send: head('GET / HTTP/1.0', hostLine),
    upstream: [{ send: `${response('200 OK', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\n\r\n` }],
    afterwards: 'end',
    expect: got(no('Transfer-Encoding'), body('ok')),
  },
  {
    id: 'response-until-close',
    title: 'forwards a body that ends with the connection',
    cites: custom.transparent,
    send: get(),
    upstream: [{ send: `${response('200 OK')}until the end`, after: 'end' }],
    afterwards: 'end',
    expect: got(body('until the end')),
  },
  {
    id: 'response-length-kept',
    title: 'keeps Content-Length where the upstream says it',
    cites: custom.transparent,
    send: get(),
    upstream: [{ send: okBody }],
    expect: got(field('Content-Length', '2')),
  },
]
