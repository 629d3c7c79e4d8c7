import type { Citation } from '../citations/citation.ts'
import { framing } from '../citations/framing.ts'
import { messaging } from '../citations/messaging.ts'
import { semantics } from '../citations/semantics.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import {
  all,
  body,
  closes,
  either,
  forwarded,
  goesOn,
  no,
  onlyTargets,
  refused,
  refusedOrClosed,
} from '../expectations.ts'
import { head, hostLine, post, smuggled } from '../wire.ts'

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
    cites: framing.codingAndLength,
    ...(probe === undefined ? {} : { probe }),
    send: request,
    expect: all(onlyTargets('/'), closes, either(refused(400), forwarded(no('Content-Length')))),
  }
}

export const transferCodingCases: readonly ConformanceCase[] = [
  oddCoding(
    'xchunked',
    'xchunked',
    'Transfer-Encoding: xchunked',
    framing.chunkedNotLast,
    'SMUG-TE-XCHUNKED',
  ),
  oddCoding(
    'not-last',
    'chunked that is not last',
    'Transfer-Encoding: chunked, gzip',
    framing.chunkedNotLast,
    'SMUG-TE-NOT-FINAL-CHUNKED',
  ),
  oddCoding(
    'identity',
    'identity',
    'Transfer-Encoding: identity',
    framing.chunkedNotLast,
    'SMUG-TE-IDENTITY',
  ),
  oddCoding(
    'empty',
    'an empty coding',
    'Transfer-Encoding:',
    framing.chunkedNotLast,
    'SMUG-TE-EMPTY-VALUE',
  ),
  oddCoding(
    'vertical-tab',
    'a vertical tab before chunked',
    'Transfer-Encoding: \x0bchunked',
    framing.chunkedNotLast,
    'SMUG-TE-VTAB',
  ),
  oddCoding(
    'form-feed',
    'a form feed before chunked',
    'Transfer-Encoding: \x0cchunked',
    framing.chunkedNotLast,
    'SMUG-TE-FORMFEED',
  ),
  oddCoding(
    'nul',
    'NUL after chunked',
    'Transfer-Encoding: chunked\0',
    semantics.dangerousBytes,
    'SMUG-TE-NULL',
  ),
  oddCoding('quoted', 'chunked in quotes', 'Transfer-Encoding: "chunked"', framing.chunkedNotLast),
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
    framing.codingAndLength,
    'SMUG-TE-DOUBLE-CHUNKED',
  ),
  oddCoding(
    'two-lines',
    'chunked and identity on two lines',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
    framing.chunkedNotLast,
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
    cites: framing.unknownCoding,
    probe: 'COMP-UNKNOWN-TE-501',
    send: `${post('Transfer-Encoding: gzip, chunked')}0\r\n\r\n`,
    expect: refused(501),
  },
  {
    id: 'coding-parameters',
    title: 'refuses parameters of chunked',
    cites: framing.codingParameters,
    probe: 'SMUG-CHUNKED-WITH-PARAMS',
    send: `${post('Transfer-Encoding: chunked;q=1')}0\r\n\r\n`,
    expect: refusedOrClosed(400, 501),
  },
  {
    id: 'coding-http-1.0',
    title: 'refuses Transfer-Encoding in HTTP/1.0, or closes after it',
    cites: framing.codingInHttp10,
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
