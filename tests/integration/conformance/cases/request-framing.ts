import { messaging, semantics } from '../citations.ts'
import type { Citation } from '../citations.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import {
  all,
  body,
  closes,
  either,
  field,
  forwarded,
  goesOn,
  no,
  onlyTargets,
  refused,
  refusedOrClosed,
} from '../expectations.ts'
import { head, hostLine, post, smuggled } from '../wire.ts'

/** A Content-Length that says nothing certain: the request ends with 400 and its connection. */
function badLength(id: string, what: string, value: string, probe?: string): ConformanceCase {
  return {
    id: `length-${id}`,
    title: `refuses ${what} and closes`,
    cites: messaging.badLength,
    ...(probe === undefined ? {} : { probe }),
    send: `${post(`Content-Length: ${value}`)}hello`,
    expect: all(refused(400), closes),
  }
}

/** A Transfer-Encoding that is not `chunked`, with a Content-Length beside it that another server may go by. */
function oddCoding(
  id: string,
  what: string,
  line: string,
  cites: Citation,
  probe?: string,
): ConformanceCase {
  return {
    id: `coding-${id}`,
    title: `never lets ${what} decide where a request ends`,
    cites,
    ...(probe === undefined ? {} : { probe }),
    send: `${post('Content-Length: 5', line)}hello`,
    expect: refusedOrClosed(400, 501),
  }
}

/** Both framings at once: an error, or chunked alone; then the connection ends. */
function both(id: string, what: string, request: string, probe?: string): ConformanceCase {
  return {
    id: `both-${id}`,
    title: `refuses ${what}, or goes by Transfer-Encoding alone, and closes`,
    cites: messaging.codingAndLength,
    ...(probe === undefined ? {} : { probe }),
    send: request,
    expect: all(onlyTargets('/'), closes, either(refused(400), forwarded(no('Content-Length')))),
  }
}

export const requestFramingCases: readonly ConformanceCase[] = [
  badLength('letters', 'a length that is no number', 'five', 'RFC9112-6.1-CL-NON-NUMERIC'),
  badLength('plus', 'a length with a plus sign', '+5', 'RFC9112-6.1-CL-PLUS-SIGN'),
  badLength('minus', 'a negative length', '-5', 'SMUG-CL-NEGATIVE'),
  badLength('minus-zero', 'a length of -0', '-0', 'SMUG-CL-NEGATIVE-ZERO'),
  badLength('hex', 'a hexadecimal length', '0x5', 'SMUG-CL-HEX-PREFIX'),
  badLength('octal', 'an octal length', '0o5', 'SMUG-CL-OCTAL'),
  badLength('underscore', 'an underscore in a length', '1_0', 'SMUG-CL-UNDERSCORE'),
  badLength('inner-blank', 'a blank in a length', '1 0', 'SMUG-CL-INTERNAL-SPACE'),
  badLength('empty', 'an empty length', '', 'MAL-CL-EMPTY'),
  badLength('decimal-point', 'a decimal point in a length', '5.0'),
  badLength('list-different', 'a list of different lengths', '5, 10', 'SMUG-CL-COMMA-DIFFERENT'),
  badLength(
    'twice-different',
    'two different lengths',
    '5\r\nContent-Length: 10',
    'SMUG-DUPLICATE-CL',
  ),
  badLength(
    'trailing-letters',
    'letters after a length',
    '5x',
    'SMUG-CLTE-SMUGGLED-GET-CL-NON-NUMERIC',
  ),
  {
    id: 'length-overflow',
    title: 'refuses a length that does not fit any integer, and never counts wrong',
    cites: semantics.anyLength,
    probe: 'MAL-CL-OVERFLOW',
    send: [`${post('Content-Length: 18446744073709551621')}hello`, 'FIN'],
    afterwards: 'end',
    expect: refusedOrClosed(400, 413),
  },
  {
    id: 'length-list-same',
    title: 'refuses a list of equal lengths, or forwards it once',
    cites: semantics.lengthGrammar,
    probe: 'SMUG-CL-COMMA-SAME',
    send: `${post('Content-Length: 5, 5')}hello`,
    expect: either(refused(400), forwarded(field('Content-Length', '5'), body('hello'))),
  },
  {
    id: 'length-twice-same',
    title: 'refuses a repeated length, or forwards it once',
    cites: semantics.lengthGrammar,
    send: `${post('Content-Length: 5', 'content-length: 5')}hello`,
    expect: either(refused(400), forwarded(field('Content-Length', '5'), body('hello'))),
  },
  {
    id: 'length-leading-zeros',
    title: 'reads leading zeros as decimal, or refuses them',
    cites: semantics.anyLength,
    probe: 'SMUG-CL-LEADING-ZEROS-OCTAL',
    send: `${post('Content-Length: 0012')}hello, world`,
    expect: either(refused(400), all(forwarded(body('hello, world')), goesOn)),
  },
  {
    id: 'length-underscore-name',
    title: 'does not take Content_Length for Content-Length',
    cites: messaging.notHttp,
    probe: 'NORM-UNDERSCORE-CL',
    send: `${post('Content_Length: 99', 'Content-Length: 5')}hello`,
    expect: either(refused(400), all(forwarded(body('hello')), goesOn)),
  },
  {
    id: 'length-body',
    title: 'forwards a body of the length it was announced with, and goes on after it',
    cites: messaging.readBodyOrClose,
    probe: 'COMP-POST-CL-BODY',
    send: `${post('Content-Length: 5')}hello`,
    expect: all(forwarded(body('hello')), goesOn),
  },
  {
    id: 'length-zero',
    title: 'forwards a POST of length 0',
    cites: messaging.readBodyOrClose,
    probe: 'COMP-POST-CL-ZERO',
    send: post('Content-Length: 0'),
    expect: all(forwarded(body('')), goesOn),
  },
  {
    id: 'length-none',
    title: 'takes a POST without any framing for one without a body',
    cites: messaging.readBodyOrClose,
    probe: 'COMP-POST-NO-CL-NO-TE',
    send: post(),
    expect: either(refused(411), all(forwarded(body('')), goesOn)),
  },
  {
    id: 'length-get-body',
    title: 'forwards the body of a GET, and never reads it as a request',
    cites: messaging.readBodyOrClose,
    probe: 'SMUG-GET-CL-PREFIX-DESYNC',
    send: head('GET / HTTP/1.1', hostLine, `Content-Length: ${smuggled.length}`) + smuggled,
    expect: all(onlyTargets('/'), either(refused(400), all(forwarded(body(smuggled)), goesOn))),
  },
  {
    id: 'length-options-body',
    title: 'never reads the body of OPTIONS as a request',
    cites: messaging.readBodyOrClose,
    probe: 'SMUG-OPTIONS-CL-BODY-DESYNC',
    send: head('OPTIONS / HTTP/1.1', hostLine, `Content-Length: ${smuggled.length}`) + smuggled,
    expect: all(onlyTargets('/'), either(refused(400), forwarded(body(smuggled)))),
  },
  {
    id: 'length-unfinished',
    title: 'never makes a body whole that the client did not finish',
    cites: messaging.incompleteLength,
    probe: 'COMP-POST-CL-UNDERSEND',
    send: [`${post('Content-Length: 10')}hello`, 'FIN'],
    afterwards: 'end',
    expect: (seen) =>
      seen.requests.some(({ isComplete }) => isComplete) ? 'it looks whole upstream' : undefined,
  },
  oddCoding(
    'xchunked',
    'xchunked',
    'Transfer-Encoding: xchunked',
    messaging.chunkedNotLast,
    'SMUG-TE-XCHUNKED',
  ),
  oddCoding(
    'not-last',
    'chunked that is not last',
    'Transfer-Encoding: chunked, gzip',
    messaging.chunkedNotLast,
    'SMUG-TE-NOT-FINAL-CHUNKED',
  ),
  oddCoding(
    'identity',
    'identity',
    'Transfer-Encoding: identity',
    messaging.chunkedNotLast,
    'SMUG-TE-IDENTITY',
  ),
  oddCoding(
    'empty',
    'an empty coding',
    'Transfer-Encoding:',
    messaging.chunkedNotLast,
    'SMUG-TE-EMPTY-VALUE',
  ),
  oddCoding(
    'vertical-tab',
    'a vertical tab before chunked',
    'Transfer-Encoding: \x0bchunked',
    messaging.chunkedNotLast,
    'SMUG-TE-VTAB',
  ),
  oddCoding(
    'form-feed',
    'a form feed before chunked',
    'Transfer-Encoding: \x0cchunked',
    messaging.chunkedNotLast,
    'SMUG-TE-FORMFEED',
  ),
  oddCoding(
    'nul',
    'NUL after chunked',
    'Transfer-Encoding: chunked\0',
    semantics.dangerousBytes,
    'SMUG-TE-NULL',
  ),
  oddCoding(
    'quoted',
    'chunked in quotes',
    'Transfer-Encoding: "chunked"',
    messaging.chunkedNotLast,
  ),
  oddCoding(
    'blank-colon',
    'a blank before the colon',
    'Transfer-Encoding : chunked',
    messaging.blankBeforeColon,
    'SMUG-TE-SP-BEFORE-COLON',
  ),
  oddCoding(
    'twice',
    'chunked applied twice',
    'Transfer-Encoding: chunked, chunked',
    messaging.codingAndLength,
    'SMUG-TE-DOUBLE-CHUNKED',
  ),
  oddCoding(
    'two-lines',
    'chunked and identity on two lines',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
    messaging.chunkedNotLast,
    'SMUG-TE-DUPLICATE-HEADERS',
  ),
  {
    id: 'coding-underscore-name',
    title: 'does not take Transfer_Encoding for Transfer-Encoding',
    cites: messaging.notHttp,
    probe: 'SMUG-TRANSFER_ENCODING',
    send: `${post('Transfer_Encoding: chunked', 'Content-Length: 5')}hello`,
    expect: either(refused(400), all(forwarded(body('hello')), goesOn)),
  },
  {
    id: 'coding-unknown',
    title: 'answers a coding it does not know with 501',
    cites: messaging.unknownCoding,
    probe: 'COMP-UNKNOWN-TE-501',
    send: `${post('Transfer-Encoding: gzip, chunked')}0\r\n\r\n`,
    expect: refused(501),
  },
  {
    id: 'coding-parameters',
    title: 'refuses parameters of chunked',
    cites: messaging.codingParameters,
    probe: 'SMUG-CHUNKED-WITH-PARAMS',
    send: `${post('Transfer-Encoding: chunked;q=1')}0\r\n\r\n`,
    expect: refusedOrClosed(400, 501),
  },
  {
    id: 'coding-http-1.0',
    title: 'refuses Transfer-Encoding in HTTP/1.0, or closes after it',
    cites: messaging.codingInHttp10,
    probe: 'SMUG-TE-HTTP10',
    send: `${head('POST / HTTP/1.0', hostLine, 'Connection: keep-alive', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    expect: all(either(refusedOrClosed(400, 501), forwarded()), closes),
  },
  both(
    'chunked',
    'Content-Length before Transfer-Encoding',
    `${post('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    'SMUG-CLTE-CONN-CLOSE',
  ),
  both(
    'length',
    'Transfer-Encoding before Content-Length',
    `${post('Transfer-Encoding: chunked', 'Content-Length: 5')}0\r\n\r\n`,
    'SMUG-TECL-CONN-CLOSE',
  ),
  both(
    'smuggled-in-length',
    'a request hidden behind the last chunk',
    `${post(`Content-Length: ${smuggled.length + 5}`, 'Transfer-Encoding: chunked')}0\r\n\r\n${smuggled}`,
    'SMUG-CLTE-SMUGGLED-GET',
  ),
  both(
    'smuggled-in-chunk',
    'a request hidden in a chunk',
    `${post('Transfer-Encoding: chunked', 'Content-Length: 4')}${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
    'SMUG-TECL-SMUGGLED-GET',
  ),
  both(
    'case',
    'Chunked in another case beside a length',
    `${post('Content-Length: 5', 'Transfer-Encoding: Chunked')}0\r\n\r\n`,
    'SMUG-TE-CASE-MISMATCH',
  ),
]
