import { custom, messaging, semantics } from '../citations.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import {
  all,
  answered,
  body,
  clientNeverGot,
  either,
  field,
  goesOn,
  got,
  interim,
  member,
  no,
  startLine,
  trailer,
} from '../expectations.ts'
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
    cites: semantics.challenge,
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
    upstream: [{ send: `${head('HTTP/1.0 200 OK', 'Content-Length: 2')}ok`, then: 'end' }],
    expect: got(startLine(/^HTTP\/1\.1 200/), body('ok')),
  },
  {
    id: 'response-204',
    title: 'forwards 204 without waiting for a body',
    cites: messaging.noBody,
    send: get(),
    upstream: [{ send: response('204 No Content') }],
    expect: all(answered(204), goesOn),
  },
  {
    id: 'response-204-length',
    title: 'removes Content-Length from 204',
    cites: semantics.noLengthIn204,
    probe: 'COMP-NO-CL-IN-204',
    send: get(),
    upstream: [{ send: response('204 No Content', 'Content-Length: 5') }],
    expect: either(all(got(no('Content-Length')), goesOn), answered(502)),
  },
  {
    id: 'response-204-coding',
    title: 'removes Transfer-Encoding from 204',
    cites: messaging.noCodingIn204,
    send: get(),
    upstream: [{ send: `${response('204 No Content', 'Transfer-Encoding: chunked')}0\r\n\r\n` }],
    expect: all(either(got(no('Transfer-Encoding')), answered(502)), clientNeverGot(/0\r\n\r\n/)),
  },
  {
    id: 'response-304',
    title: 'forwards 304 without waiting for a body',
    cites: messaging.noBody,
    send: get('If-None-Match: "a"'),
    upstream: [{ send: response('304 Not Modified', 'ETag: "a"', 'Content-Length: 5') }],
    expect: all(answered(304), goesOn),
  },
  {
    id: 'response-304-forwarded',
    title: 'forwards 304 to the client that asked conditionally',
    cites: semantics.forward304,
    send: get('If-None-Match: "a"'),
    upstream: [{ send: response('304 Not Modified', 'ETag: "a"') }],
    expect: got(field('ETag', '"a"'), startLine(/ 304 /)),
  },
  {
    id: 'response-304-body',
    title: 'drops a body that an upstream sends with 304',
    cites: messaging.noBody,
    send: get(),
    upstream: [{ send: `${response('304 Not Modified', 'Content-Length: 5')}wrong` }],
    expect: all(clientNeverGot(/wrong/), either(answered(304), answered(502))),
  },
  {
    id: 'response-103',
    title: 'forwards 103 Early Hints',
    cites: semantics.forwardInterim,
    send: get(),
    upstream: [{ send: head('HTTP/1.1 103 Early Hints', 'Link: </a>; rel=preload') + okBody }],
    expect: all(interim(103), got(body('ok')), goesOn),
  },
  {
    id: 'response-103-fields',
    title: 'forwards the fields of 103',
    cites: custom.transparent,
    send: get(),
    upstream: [{ send: head('HTTP/1.1 103 Early Hints', 'Link: </a>; rel=preload') + okBody }],
    expect: (seen) => {
      const [hints] = seen.interim
      return hints === undefined ? 'no 103' : field('Link', '</a>; rel=preload')(hints)
    },
  },
  {
    id: 'response-interim-many',
    title: 'forwards several interim responses',
    cites: semantics.forwardInterim,
    send: get(),
    upstream: [
      {
        send:
          head('HTTP/1.1 102 Processing') +
          head('HTTP/1.1 103 Early Hints') +
          head('HTTP/1.1 199 Own') +
          okBody,
      },
    ],
    expect: all(interim(102, 103, 199), got(body('ok'))),
  },
  {
    id: 'response-100-unasked',
    title: 'reads a 100 it did not ask for',
    cites: semantics.parseInterim,
    send: get(),
    upstream: [{ send: head('HTTP/1.1 100 Continue') + okBody }],
    expect: all(got(body('ok')), goesOn),
  },
  {
    id: 'response-interim-length',
    title: 'takes no body for an interim response that announces one',
    cites: messaging.noBody,
    send: get(),
    upstream: [{ send: head('HTTP/1.1 103 Early Hints', 'Content-Length: 5') + okBody }],
    expect: either(got(body('ok')), answered(502)),
  },
  {
    id: 'response-interim-http-1.0',
    title: 'sends no interim response to a client of HTTP/1.0',
    cites: semantics.noInterimToHttp10,
    probe: 'COMP-NO-1XX-HTTP10',
    send: head('GET / HTTP/1.0', hostLine),
    upstream: [{ send: head('HTTP/1.1 103 Early Hints') + okBody }],
    afterwards: 'end',
    expect: all(interim(), got(body('ok'))),
  },
  {
    id: 'response-chunked',
    title: 'forwards a chunked response and goes on after it',
    cites: messaging.parseChunked,
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
    cites: messaging.mergeTrailers,
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
    cites: messaging.chunkedToHttp10,
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
    upstream: [{ send: `${response('200 OK')}until the end`, then: 'end' }],
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
