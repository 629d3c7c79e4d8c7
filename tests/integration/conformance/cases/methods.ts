import { custom } from '../citations/custom.ts'
import { messaging } from '../citations/messaging.ts'
import { methods } from '../citations/methods.ts'
import { semantics } from '../citations/semantics.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import {
  all,
  answered,
  body,
  clientNeverGot,
  either,
  type Expectation,
  field,
  forwarded,
  goesOn,
  got,
  interim,
  no,
  refused,
  startLine,
} from '../expectations.ts'
import { get, head, host, hostLine, post, response } from '../wire.ts'

function withMaxForwards(method: 'OPTIONS' | 'TRACE', value: string): string {
  return head(`${method} / HTTP/1.1`, hostLine, `Max-Forwards: ${value}`)
}

const hasContinued: Expectation = (seen) =>
  seen.interim.some(({ status }) => status === 100) ? undefined : 'no 100'

const maxForwardsCases = (['OPTIONS', 'TRACE'] as const).flatMap(
  (method): readonly ConformanceCase[] => {
    const id = method.toLowerCase()
    return [
      {
        id: `max-forwards-${id}`,
        title: `takes one off Max-Forwards of ${method}`,
        cites: semantics.maxForwards,
        send: withMaxForwards(method, '7'),
        expect: either(forwarded(field('Max-Forwards', '6')), refused(405, 501)),
      },
      {
        id: `max-forwards-${id}-last`,
        title: `answers ${method} itself when Max-Forwards is 0`,
        cites: semantics.lastHop,
        send: withMaxForwards(method, '0'),
        expect: ({ requests, responses }) => {
          if (requests.length > 0) return 'it was forwarded'
          return responses.length > 0 ? undefined : 'no response'
        },
      },
    ]
  },
)

export const methodCases: readonly ConformanceCase[] = [
  ...maxForwardsCases,
  {
    id: 'max-forwards-large',
    title: 'lowers a Max-Forwards that does not fit any integer',
    cites: semantics.maxForwards,
    send: withMaxForwards('OPTIONS', '100000000000000000000'),
    expect: either(
      forwarded(({ fields }) => {
        const value = fields.find(([name]) => name.toLowerCase() === 'max-forwards')?.[1]
        const isLower = value !== undefined && /^\d{1,20}$/.test(value)
        return isLower ? undefined : `Max-Forwards is ${value}`
      }),
      refused(400),
    ),
  },
  {
    id: 'max-forwards-none',
    title: 'adds no Max-Forwards of its own',
    cites: methods.optionsFields,
    send: head('OPTIONS / HTTP/1.1', hostLine),
    expect: forwarded(no('Max-Forwards')),
  },
  {
    id: 'method-options-star',
    title: 'forwards OPTIONS *',
    cites: custom.transparent,
    probe: 'COMP-OPTIONS-STAR',
    send: head('OPTIONS * HTTP/1.1', hostLine),
    expect: either(forwarded(startLine('OPTIONS * HTTP/1.1')), answered(200, 204)),
  },
  {
    id: 'method-connect-port',
    title: 'refuses CONNECT without a port',
    cites: methods.connectPort,
    send: head('CONNECT example.com HTTP/1.1', 'Host: example.com'),
    expect: refused(400, 405, 501),
  },
  {
    id: 'method-connect-bad-port',
    title: 'refuses CONNECT to an invalid port',
    cites: methods.connectPort,
    send: head('CONNECT example.com:99999999 HTTP/1.1', 'Host: example.com'),
    expect: refused(400, 405, 501),
  },
  {
    id: 'method-connect',
    title: 'opens no tunnel to wherever a client asks',
    cites: methods.connectTargets,
    probe: 'COMP-METHOD-CONNECT',
    send: head('CONNECT example.com:443 HTTP/1.1', 'Host: example.com:443'),
    expect: refused(400, 403, 405, 501),
  },
  {
    id: 'method-allow',
    title: 'leaves Allow of a response as it is',
    cites: methods.allow,
    send: head('OPTIONS / HTTP/1.1', hostLine),
    upstream: [{ send: response('204 No Content', 'Allow: GET, X-OWN,PATCH') }],
    expect: got(field('Allow', 'GET, X-OWN,PATCH')),
  },
  {
    id: 'method-head',
    title: 'sends no content in response to HEAD',
    cites: methods.headWithoutBody,
    probe: 'COMP-HEAD-NO-BODY',
    send: head('HEAD / HTTP/1.1', hostLine),
    upstream: [{ send: response('200 OK', 'Content-Length: 1234') }],
    expect: all(got(body('')), goesOn),
  },
  {
    id: 'method-head-length',
    title: 'keeps Content-Length in response to HEAD',
    cites: methods.headLikeGet,
    send: head('HEAD / HTTP/1.1', hostLine),
    upstream: [{ send: response('200 OK', 'Content-Length: 1234') }],
    expect: got(field('Content-Length', '1234')),
  },
  {
    id: 'method-head-chunked',
    title: 'does not wait for chunks in response to HEAD',
    cites: methods.headWithoutBody,
    send: head('HEAD / HTTP/1.1', hostLine),
    upstream: [{ send: response('200 OK', 'Transfer-Encoding: chunked') }],
    expect: all(got(body('')), goesOn),
  },
  {
    id: 'method-head-error-body',
    title: 'drops content that an upstream sends in response to HEAD',
    cites: methods.headWithoutBody,
    send: head('HEAD / HTTP/1.1', hostLine),
    upstream: [{ send: `${response('200 OK', 'Content-Length: 5')}wrong` }],
    expect: all(clientNeverGot(/wrong/), either(goesOn, answered(200, 502))),
  },
  {
    id: 'method-get-body',
    title: 'forwards the body of a DELETE',
    cites: custom.transparent,
    send: `${head('DELETE / HTTP/1.1', hostLine, 'Content-Length: 5')}hello`,
    expect: all(forwarded(body('hello')), goesOn),
  },
  {
    id: 'method-fields',
    title: 'keeps the case of field names',
    cites: custom.transparent,
    send: get('x-lower: 1', 'X-UPPER: 2', 'X-miXed: 3'),
    expect: forwarded(({ head: text }) =>
      ['x-lower:', 'X-UPPER:', 'X-miXed:'].every((name) => text.includes(name))
        ? undefined
        : 'names were changed',
    ),
  },
  {
    id: 'expect-continue',
    title: 'has the client of a 100-continue expectation never wait in vain',
    cites: methods.expect,
    probe: 'SMUG-EXPECT-100-CL',
    send: [post('Content-Length: 5', 'Expect: 100-continue'), { until: '\r\n\r\n' }, 'hello'],
    upstream: [{ continues: true }],
    expect: all(hasContinued, forwarded(body('hello')), answered(200), goesOn),
  },
  {
    id: 'expect-continue-silent',
    title: 'answers the expectation itself when the upstream does not',
    cites: methods.expect,
    send: [post('Content-Length: 5', 'Expect: 100-continue'), { until: '\r\n\r\n' }, 'hello'],
    expect: all(forwarded(body('hello')), answered(200), goesOn),
  },
  {
    id: 'expect-final',
    title: 'passes on a final response in place of 100, and never loses step',
    cites: methods.expect,
    probe: 'SMUG-EXPECT-100-CL-DESYNC',
    send: [post('Content-Length: 5', 'Expect: 100-continue'), { until: '\r\n\r\n' }],
    upstream: [
      { atHead: response('413 Content Too Large', 'Content-Length: 0', 'Connection: close') },
    ],
    afterwards: 'stop',
    expect: either(answered(413), hasContinued),
  },
  {
    id: 'expect-http-1.0',
    title: 'sends no 100 to a client of HTTP/1.0',
    cites: methods.expectInHttp10,
    send: `${head('POST / HTTP/1.0', hostLine, 'Content-Length: 5', 'Expect: 100-continue')}hello`,
    upstream: [{ continues: true }],
    afterwards: 'end',
    expect: all(interim(), answered(200), forwarded(body('hello'))),
  },
  {
    id: 'expect-unknown',
    title: 'answers an expectation it does not know with 417, or forwards it',
    cites: custom.transparent,
    probe: 'COMP-EXPECT-UNKNOWN',
    send: get('Expect: x-wonder'),
    expect: either(refused(417), forwarded(field('Expect', 'x-wonder'))),
  },
  {
    id: 'method-target-authority',
    title: 'refuses a target of host and port alone in a GET',
    cites: messaging.badTarget,
    send: head(`GET ${host}:80 HTTP/1.1`, hostLine),
    expect: refused(400, 301),
  },
]
