import type { Citation } from '../citations/citation.ts'
import { custom } from '../citations/custom.ts'
import { framing } from '../citations/framing.ts'
import { messaging } from '../citations/messaging.ts'
import { methods } from '../citations/methods.ts'
import { semantics } from '../citations/semantics.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import {
  all,
  answered,
  body,
  clientNeverGot,
  cutShort,
  either,
  field,
  got,
} from '../expectations.ts'
import { get, head, hostLine, post, response } from '../wire.ts'

/** A response nobody can rely on: the client gets 502. */
function bad(id: string, what: string, text: string, cites: Citation): ConformanceCase {
  return {
    id: `upstream-${id}`,
    title: `answers 502 for ${what}`,
    cites,
    send: get('Connection: close'),
    upstream: [{ send: text, after: 'end' }],
    afterwards: 'end',
    expect: answered(502),
  }
}

/** A response that breaks off: the client must be able to tell. */
function broken(id: string, what: string, text: string, after: 'end' | 'reset'): ConformanceCase {
  return {
    id: `upstream-${id}`,
    title: `never makes a response whole that ${what}`,
    cites: framing.incompleteResponse,
    send: get('Connection: close'),
    upstream: [{ send: text, after }],
    afterwards: 'end',
    expect: cutShort,
  }
}

const chunked = response('200 OK', 'Transfer-Encoding: chunked')
const badLength = (value: string): string =>
  `${response('200 OK', `Content-Length: ${value}`)}hello`

export const badResponseCases: readonly ConformanceCase[] = [
  bad(
    'length-letters',
    'a length that is no number',
    badLength('five'),
    framing.badLengthInResponse,
  ),
  bad('length-plus', 'a length with a plus sign', badLength('+5'), framing.badLengthInResponse),
  bad('length-minus', 'a negative length', badLength('-5'), framing.badLengthInResponse),
  bad('length-hex', 'a hexadecimal length', badLength('0x5'), framing.badLengthInResponse),
  bad('length-list', 'a list of different lengths', badLength('5, 4'), framing.badLengthInResponse),
  bad(
    'length-twice',
    'two different lengths',
    badLength('5\r\nContent-Length: 4'),
    framing.badLengthInResponse,
  ),
  bad('garbage', 'bytes that are not HTTP', 'hello, I am no server\r\n\r\n', methods.badGateway),
  bad(
    'http-2',
    'a response of another major version',
    head('HTTP/2.0 200 OK', 'Content-Length: 0'),
    methods.badGateway,
  ),
  bad(
    'no-status',
    'a response without a status',
    head('HTTP/1.1 OK', 'Content-Length: 0'),
    methods.badGateway,
  ),
  bad(
    'short-status',
    'a status of two digits',
    head('HTTP/1.1 20 OK', 'Content-Length: 0'),
    methods.badGateway,
  ),
  bad(
    'no-colon',
    'a line without a colon',
    `${response('200 OK', 'no colon', 'Content-Length: 5')}hello`,
    methods.badGateway,
  ),
  bad('half-head', 'a head that breaks off', 'HTTP/1.1 200 OK\r\nContent-Le', methods.badGateway),
  bad('nothing', 'an upstream that closes without a word', '', methods.badGateway),
  {
    id: 'upstream-unasked-101',
    title: 'switches to no protocol when nobody asked for one',
    cites: semantics.switchOnlyIfAsked,
    send: get('Connection: close'),
    upstream: [
      {
        send: response('101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: x/1'),
        after: 'end',
      },
    ],
    afterwards: 'end',
    expect: clientNeverGot(/HTTP\/1\.1 101/),
  },
  {
    id: 'upstream-error-page',
    title: 'explains a 502 in its content',
    cites: methods.errorPage,
    send: get(),
    upstream: [{ send: '', after: 'end' }],
    afterwards: 'stop',
    expect: got((message) =>
      message.status === 502 && message.body !== '' ? undefined : 'no content',
    ),
  },
  {
    id: 'upstream-fold',
    title: 'answers 502 for a folded line, or unfolds it',
    cites: messaging.foldInResponse,
    send: get(),
    upstream: [
      { send: `${response('200 OK', 'A: 1', ' 2', 'Content-Length: 5')}hello`, after: 'end' },
    ],
    expect: either(answered(502), all(got(body('hello')), clientNeverGot(/\r\n[ \t]/))),
  },
  {
    id: 'upstream-blank-colon',
    title: 'removes a blank before the colon',
    cites: messaging.blankBeforeColonInResponse,
    send: get(),
    upstream: [{ send: `${response('200 OK', 'A : 1', 'Content-Length: 5')}hello`, after: 'end' }],
    expect: either(got(field('A', '1'), body('hello')), answered(502)),
  },
  {
    id: 'upstream-nul',
    title: 'answers 502 for NUL in a value, or makes it a blank',
    cites: semantics.dangerousBytes,
    send: get(),
    upstream: [
      { send: `${response('200 OK', 'A: a\0b', 'Content-Length: 5')}hello`, after: 'end' },
    ],
    expect: either(answered(502), all(got(body('hello')), clientNeverGot(/\0/))),
  },
  {
    id: 'upstream-cr',
    title: 'answers 502 for a bare CR in a value, or makes it a blank',
    cites: messaging.bareCr,
    send: get(),
    upstream: [
      { send: `${response('200 OK', 'A: a\rb', 'Content-Length: 5')}hello`, after: 'end' },
    ],
    expect: either(answered(502), all(got(body('hello')), clientNeverGot(/\r(?!\n)/))),
  },
  {
    id: 'upstream-both-framings',
    title: 'goes by Transfer-Encoding alone, without Content-Length, or answers 502',
    cites: framing.removeLength,
    send: get(),
    upstream: [
      {
        send: `${response('200 OK', 'Content-Length: 3', 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`,
        after: 'end',
      },
    ],
    expect: either(answered(502), got(body('hello'))),
  },
  {
    id: 'upstream-coding-http-1.0',
    title: 'uses no connection again whose upstream sent Transfer-Encoding in HTTP/1.0',
    cites: framing.codingInHttp10,
    send: get(),
    upstream: [
      {
        send: `${head('HTTP/1.0 200 OK', 'Connection: keep-alive', 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`,
      },
    ],
    expect: ({ upstreamTexts, isNextAnswered }) =>
      upstreamTexts.length > 1 || !isNextAnswered ? undefined : 'the connection was used again',
  },
  {
    id: 'upstream-extra',
    title: 'never takes what follows a response for the next one',
    cites: framing.extraData,
    send: get(),
    upstream: [
      {
        send: `${response('200 OK', 'Content-Length: 2')}ok${response('200 OK', 'Content-Length: 4')}evil`,
      },
    ],
    expect: clientNeverGot(/evil/),
  },
  broken(
    'short-length',
    'is shorter than its length',
    `${response('200 OK', 'Content-Length: 10')}hello`,
    'end',
  ),
  broken(
    'short-length-reset',
    'is reset before its length',
    `${response('200 OK', 'Content-Length: 10')}hello`,
    'reset',
  ),
  broken('short-chunk', 'ends within a chunk', `${chunked}a\r\nhello`, 'end'),
  broken('no-last-chunk', 'ends before its last chunk', `${chunked}5\r\nhello\r\n`, 'end'),
  broken(
    'short-trailers',
    'ends within its trailers',
    `${chunked}5\r\nhello\r\n0\r\nX-Sum: 1\r\n`,
    'end',
  ),
  broken('bad-chunk', 'has chunks that are none', `${chunked}5\r\nhello\r\nzz\r\n0\r\n\r\n`, 'end'),
  broken(
    'chunk-overflow',
    'has a chunk of any size',
    `${chunked}ffffffffffffffffffff\r\nhello\r\n0\r\n\r\n`,
    'end',
  ),
  {
    id: 'upstream-short-http-1.0',
    title: 'never makes a broken chunked response whole for a client of HTTP/1.0',
    cites: custom.transparent,
    send: head('GET / HTTP/1.0', hostLine),
    upstream: [{ send: `${chunked}5\r\nhello\r\n`, after: 'end' }],
    afterwards: 'end',
    expect: cutShort,
  },
  {
    id: 'upstream-reset-post',
    title: 'answers 502 when the upstream resets a POST, and sends it once',
    cites: methods.noRetry,
    send: `${post('Content-Length: 5')}hello`,
    upstream: [{ send: '', after: 'reset' }],
    afterwards: 'stop',
    expect: all(answered(502), ({ requests }) =>
      requests.length === 1 ? undefined : `it was sent ${requests.length} times`,
    ),
  },
]
