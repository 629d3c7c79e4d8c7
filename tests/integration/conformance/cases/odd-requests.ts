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
  closes,
  either,
  type Expectation,
  field,
  forwarded,
  goesOn,
  nothingWholeForwarded,
  onlyTargets,
  refused,
  refusedOrClosed,
  upstreamNeverGot,
} from '../expectations.ts'
import { chunkedPost, fin, get, head, hostLine, post } from '../wire.ts'

const long = 'A'.repeat(100_000)

const answeredWithoutService: Expectation = ({ requests, responses }) => {
  if (requests.length > 0) return 'it reached a service that nobody asked for'
  return responses.length > 0 ? undefined : 'no response'
}

/** Valid, and what few clients send; or so far from valid that few think of it. */
export const oddRequestCases: readonly ConformanceCase[] = [
  {
    id: 'odd-get-body',
    title: 'forwards a GET with a body whole, or refuses it',
    cites: framing.readBodyOrClose,
    probe: 'COMP-GET-WITH-CL-BODY',
    send: `${get('Content-Length: 5')}hello`,
    expect: either(refused(400), all(forwarded(body('hello')), goesOn)),
  },
  {
    id: 'odd-options-body',
    title: 'forwards OPTIONS with a body whole, or refuses it',
    cites: framing.readBodyOrClose,
    probe: 'SMUG-OPTIONS-CL-BODY',
    send: `${head('OPTIONS / HTTP/1.1', hostLine, 'Content-Length: 5')}hello`,
    expect: either(refused(400), all(forwarded(body('hello')), goesOn)),
  },
  {
    id: 'odd-options-fold',
    title: 'never loses step over a folded coding beside a length',
    cites: messaging.foldInRequest,
    probe: 'SMUG-OPTIONS-TE-OBS-FOLD',
    send: `${head('OPTIONS / HTTP/1.1', hostLine, 'Transfer-Encoding:\r\n chunked', 'Content-Length: 5')}hello`,
    expect: all(onlyTargets('/'), either(refusedOrClosed(400, 501), closes)),
  },
  {
    id: 'odd-both-framings',
    title: 'goes by the chunks when there is a length too, and closes, or refuses it',
    cites: framing.codingAndLength,
    probe: 'SMUG-CL-TE-BOTH',
    send: chunkedPost('5\r\nhello\r\n0\r\n\r\n', 'Content-Length: 15'),
    expect: all(closes, either(refused(400), forwarded(body('hello')))),
  },
  {
    id: 'odd-length-00',
    title: 'takes a length of 00 for none, or refuses it',
    cites: framing.readBodyOrClose,
    probe: 'SMUG-CL-DOUBLE-ZERO',
    send: post('Content-Length: 00'),
    expect: either(refused(400), all(forwarded(body('')), goesOn)),
  },
  {
    id: 'odd-length-huge',
    title: 'answers nothing in place of a body that does not come',
    cites: framing.incompleteLength,
    probe: 'MAL-POST-CL-HUGE-NO-BODY',
    send: [post('Content-Length: 999999999'), fin],
    afterwards: 'end',
    expect: all(nothingWholeForwarded, ({ responses }) =>
      responses.every(({ status }) => status >= 400) ? undefined : 'it was answered as if whole',
    ),
  },
  {
    id: 'odd-trailer-content-type',
    title: 'merges no Content-Type from a trailer',
    cites: framing.mergeTrailers,
    probe: 'SMUG-TRAILER-CONTENT-TYPE',
    send: chunkedPost(
      '5\r\nhello\r\n0\r\nContent-Type: text/evil\r\n\r\n',
      'Content-Type: text/plain',
    ),
    expect: either(
      refused(400),
      all(forwarded(field('Content-Type', 'text/plain'), body('hello')), goesOn),
    ),
  },
  {
    id: 'odd-content-type-twice',
    title: 'passes on two Content-Types in their order, or refuses them',
    cites: semantics.fieldOrder,
    probe: 'COMP-DUPLICATE-CT',
    send: `${post('Content-Type: text/plain', 'Content-Type: text/html', 'Content-Length: 5')}hello`,
    expect: either(refused(400), forwarded(field('Content-Type', 'text/plain', 'text/html'))),
  },
  {
    id: 'odd-empty-host',
    title: 'answers an empty Host itself',
    cites: custom.transparent,
    probe: 'COMP-HOST-EMPTY-VALUE',
    send: head('GET / HTTP/1.1', 'Host: '),
    expect: answeredWithoutService,
  },
  {
    id: 'odd-http-1.0-no-host',
    title: 'answers HTTP/1.0 without Host itself: nobody can know which service is meant',
    cites: custom.transparent,
    probe: 'COMP-HTTP10-NO-HOST',
    send: head('GET / HTTP/1.0'),
    afterwards: 'end',
    expect: answeredWithoutService,
  },
  {
    id: 'odd-trace',
    title: 'forwards TRACE or refuses it, and echoes no secret itself',
    cites: methods.traceSecrets,
    probe: 'COMP-TRACE-SENSITIVE',
    send: head('TRACE / HTTP/1.1', hostLine, 'Authorization: Bearer secret', 'Cookie: a=secret'),
    expect: ({ requests, clientText }) => {
      if (requests.length === 0 && clientText.includes('secret')) return 'it echoed a secret'
      return clientText === '' ? 'no response' : undefined
    },
  },
  {
    id: 'odd-trace-plain',
    title: 'forwards TRACE, or says that it does not',
    cites: custom.transparent,
    probe: 'COMP-METHOD-TRACE',
    send: head('TRACE / HTTP/1.1', hostLine),
    expect: either(refused(405, 501), all(forwarded(), answered(200))),
  },
  {
    id: 'odd-trace-body',
    title: 'never reads the body of TRACE as a request',
    cites: framing.readBodyOrClose,
    probe: 'COMP-TRACE-WITH-BODY',
    send: `${head('TRACE / HTTP/1.1', hostLine, 'Content-Length: 5')}hello`,
    expect: either(refused(400, 405, 413, 501), all(forwarded(body('hello')), goesOn)),
  },
  {
    id: 'odd-nothing',
    title: 'ends a connection on which nothing came without a word, or with 400',
    cites: custom.transparent,
    probe: 'MAL-EMPTY-REQUEST',
    send: [fin],
    afterwards: 'end',
    expect: ({ requests, responses, ending }) => {
      if (requests.length > 0) return 'something was forwarded'
      if (ending === 'open') return 'it stayed open'
      return responses.every(({ status }) => status === 400 || status === 408)
        ? undefined
        : 'it was answered'
    },
  },
  {
    id: 'odd-blank-line',
    title: 'takes a line of blanks for no request line',
    cites: messaging.badRequestLine,
    probe: 'MAL-WHITESPACE-ONLY-LINE',
    send: ['   \r\n\r\n', fin],
    afterwards: 'end',
    expect: refusedOrClosed(400),
  },
  {
    id: 'odd-long-method',
    title: 'answers a method of 100,000 letters with 4xx or 501',
    cites: messaging.notHttp,
    probe: 'MAL-LONG-METHOD',
    send: head(`${long} / HTTP/1.1`, hostLine),
    afterwards: 'stop',
    expect: all(nothingWholeForwarded, refusedOrClosed(400, 414, 431, 501)),
  },
  {
    id: 'odd-long-name',
    title: 'answers a field name of 100,000 letters with 4xx',
    cites: semantics.largeFields,
    probe: 'MAL-LONG-HEADER-NAME',
    send: get(`${long}: 1`),
    afterwards: 'stop',
    expect: all(nothingWholeForwarded, answered(400, 413, 431, 494)),
  },
  {
    id: 'odd-cookie-twice',
    title: 'passes on two Cookie lines in their order',
    cites: semantics.fieldOrder,
    probe: 'COOK-MULTI-HEADER',
    send: get('Cookie: a=1', 'Cookie: b=2'),
    expect: either(
      forwarded(field('Cookie', 'a=1', 'b=2')),
      forwarded(field('Cookie', 'a=1; b=2')),
    ),
  },
  {
    id: 'odd-cookie-nul',
    title: 'passes on no NUL in a cookie',
    cites: semantics.dangerousBytes,
    probe: 'COOK-NUL',
    send: get('Cookie: foo=\0bar'),
    expect: all(upstreamNeverGot(/\0/), either(refused(400), forwarded())),
  },
  {
    id: 'odd-cookie-control',
    title: 'refuses control characters in a cookie, or passes on what it got',
    cites: custom.transparent,
    probe: 'COOK-CONTROL-CHARS',
    send: get('Cookie: foo=\x01\x02\x03'),
    expect: either(refused(400), forwarded(field('Cookie', 'foo=\x01\x02\x03'))),
  },
  {
    id: 'odd-cookie-64k',
    title: 'takes a cookie of 64 KB, or answers with 4xx',
    cites: semantics.largeFields,
    probe: 'COOK-OVERSIZED',
    send: get(`Cookie: big=${'A'.repeat(65_536)}`),
    afterwards: 'stop',
    expect: either(
      all(answered(400, 413, 431, 494), nothingWholeForwarded),
      forwarded(field('Cookie', `big=${'A'.repeat(65_536)}`)),
    ),
  },
]
