import { custom } from '../citations/custom.ts'
import { framing } from '../citations/framing.ts'
import { messaging } from '../citations/messaging.ts'
import { methods } from '../citations/methods.ts'
import { semantics } from '../citations/semantics.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import {
  all,
  body,
  either,
  field,
  forwarded,
  goesOn,
  got,
  member,
  no,
  noMember,
  trailer,
} from '../expectations.ts'
import { chunkedPost, get, head, host, hostLine, post, response } from '../wire.ts'

/** A field that is for one hop, not named in Connection. */
function forOneHop(name: string, value: string): readonly ConformanceCase[] {
  const id = name.toLowerCase()
  return [
    {
      id: `hop-request-${id}`,
      title: `does not forward ${name} of a request`,
      cites: semantics.hopByHop,
      send: get(`${name}: ${value}`, 'A: 1'),
      expect: forwarded(no(name), field('A', '1')),
    },
    {
      id: `hop-response-${id}`,
      title: `does not forward ${name} of a response`,
      cites: semantics.hopByHop,
      send: get(),
      upstream: [{ send: `${response('200 OK', `${name}: ${value}`, 'Content-Length: 2')}ok` }],
      expect: got(noMember(name, new RegExp(`^${value}$`, 'i')), body('ok')),
    },
  ]
}

export const hopByHopCases: readonly ConformanceCase[] = [
  {
    id: 'hop-named',
    title: 'removes the fields of a request that Connection names',
    cites: semantics.connection,
    send: get('X-Hop: 1', 'Connection: X-Hop, X-Other', 'x-other: 2', 'A: 3'),
    expect: forwarded(no('X-Hop', 'X-Other'), field('A', '3'), noMember('Connection', /x-/i)),
  },
  {
    id: 'hop-named-case',
    title: 'knows the names in Connection in any case',
    cites: semantics.connection,
    send: get('Connection: x-HOP', 'X-Hop: 1'),
    expect: forwarded(no('X-Hop'), noMember('Connection', /x-hop/i)),
  },
  {
    id: 'hop-named-twice',
    title: 'reads every Connection line',
    cites: semantics.connection,
    send: get('Connection: X-Hop', 'Connection: X-Other', 'X-Hop: 1', 'X-Other: 2'),
    expect: forwarded(no('X-Hop', 'X-Other'), noMember('Connection', /x-/i)),
  },
  {
    id: 'hop-named-and-close',
    title: 'removes named fields where Connection also says close',
    cites: semantics.connection,
    send: get('Connection: close, X-Hop', 'X-Hop: 1'),
    expect: forwarded(no('X-Hop')),
  },
  {
    id: 'hop-named-response',
    title: 'removes the fields of a response that Connection names',
    cites: semantics.connection,
    send: get(),
    upstream: [
      { send: `${response('200 OK', 'X-Hop: 1', 'Connection: x-hop', 'Content-Length: 2')}ok` },
    ],
    expect: got(no('X-Hop'), noMember('Connection', /x-hop/i), body('ok')),
  },
  {
    id: 'hop-named-trailer',
    title: 'removes the trailers of a request that Connection names',
    cites: semantics.connection,
    send: chunkedPost('5\r\nhello\r\n0\r\nX-Hop: 1\r\n\r\n', 'Connection: X-Hop'),
    expect: forwarded(body('hello'), no('X-Hop'), trailer('X-Hop')),
  },
  {
    id: 'hop-named-trailer-response',
    title: 'removes the trailers of a response that Connection names',
    cites: semantics.connection,
    send: get('TE: trailers', 'Connection: TE'),
    upstream: [
      {
        send: `${response('200 OK', 'Connection: X-Hop', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\nX-Hop: 1\r\n\r\n`,
      },
    ],
    expect: got(body('ok'), trailer('X-Hop')),
  },
  {
    id: 'hop-host-named',
    title: 'keeps Host when Connection names it',
    cites: messaging.host,
    send: get('Connection: Host'),
    expect: forwarded(field('Host', host)),
  },
  {
    id: 'hop-length-named',
    title: 'keeps the framing when Connection names it',
    cites: framing.readBodyOrClose,
    send: `${post('Content-Length: 5', 'Connection: Content-Length')}hello`,
    expect: all(forwarded(body('hello')), goesOn),
  },
  ...forOneHop('Keep-Alive', 'timeout=77'),
  ...forOneHop('Proxy-Connection', 'x-hop'),
  ...forOneHop('TE', 'gzip'),
  ...forOneHop('Upgrade', 'x-protocol/1'),
  {
    id: 'hop-te-option',
    title: 'sends TE only together with Connection: TE',
    cites: methods.te,
    send: get('TE: trailers', 'Connection: TE'),
    expect: either(forwarded(no('TE')), forwarded(member('Connection', /^te$/i))),
  },
  {
    id: 'hop-te-trailers',
    title: 'tells the upstream that the client takes trailers',
    cites: custom.transparent,
    send: get('TE: trailers', 'Connection: TE'),
    expect: forwarded(field('TE', 'trailers')),
  },
  {
    id: 'hop-via',
    title: 'adds itself to Via of a request',
    cites: semantics.via,
    send: get(),
    expect: forwarded(member('Via', /^1\.1 \S/)),
  },
  {
    id: 'hop-via-append',
    title: 'adds itself after the others in Via',
    cites: semantics.via,
    send: get('Via: 1.0 first, 1.1 second (x)'),
    expect: forwarded(({ fields }) => {
      const via = fields.filter(([name]) => name.toLowerCase() === 'via').map(([, value]) => value)
      const isRight = /^1\.0 first, 1\.1 second \(x\), 1\.1 [^ ,]+( |$)/.test(via.join(', '))
      return isRight ? undefined : `Via is ${via.join(', ')}`
    }),
  },
  {
    id: 'hop-via-version',
    title: 'tells in Via which version the client speaks',
    cites: semantics.via,
    send: head('GET / HTTP/1.0', hostLine),
    expect: forwarded(member('Via', /^1\.0 \S/)),
  },
  {
    id: 'hop-httpoxy',
    title: 'removes the field Proxy',
    cites: custom.httpoxy,
    send: get('Proxy: http://evil.example'),
    expect: forwarded(no('Proxy')),
  },
  {
    id: 'hop-authorization',
    title: 'leaves Authorization as it is',
    cites: methods.credentials,
    send: get('Authorization: Bearer  a,b  c=='),
    expect: forwarded(field('Authorization', 'Bearer  a,b  c==')),
  },
  {
    id: 'hop-conditions',
    title: 'forwards conditions without looking at them',
    cites: methods.conditions,
    send: get(
      'If-None-Match: "a", W/"b"',
      'If-Modified-Since: Fri, 02 Jan 2026 03:04:05 GMT',
      'Range: bytes=0-1',
    ),
    expect: forwarded(field('If-None-Match', '"a", W/"b"'), field('Range', 'bytes=0-1')),
  },
]
