import type { Citation } from '../citations/citation.ts'
import { custom } from '../citations/custom.ts'
import { framing } from '../citations/framing.ts'
import { messaging } from '../citations/messaging.ts'
import type { ConformanceCase, Step } from '../conformance-case.ts'
import {
  all,
  body,
  type Expectation,
  either,
  forwarded,
  nothingWholeForwarded,
  refusedOrClosed,
} from '../expectations.ts'
import { fin, chunkedPost } from '../wire.ts'

/** A FIN ends the waiting of who waits for more, but comes late enough to disturb nobody who does not. */
function withFin(request: string): readonly Step[] {
  return [request, { until: '\r\n\r\n' }, fin]
}

/** Chunks that are none: whatever was sent of the body, the upstream never sees it come to an end. */
function badChunks(
  id: string,
  what: string,
  bytes: string,
  probe?: string,
  cites: Citation = messaging.notHttp,
): ConformanceCase {
  return {
    id: `chunk-${id}`,
    title: `refuses ${what}`,
    cites,
    ...(probe === undefined ? {} : { probe }),
    send: withFin(chunkedPost(bytes)),
    afterwards: 'end',
    expect: all(nothingWholeForwarded, refusedOrClosed(400, 413, 431, 502)),
  }
}

/** A size line that another server may read in another way: refused, or made a plain one. */
function notPassedOn(
  id: string,
  what: string,
  sizeLine: string,
  probe: string,
  cites: Citation,
): ConformanceCase {
  const isThere: Expectation = ({ upstreamTexts }) =>
    upstreamTexts.some((text) => text.includes(`\r\n${sizeLine}\r\n`)) ? 'passed on' : undefined
  return {
    id: `chunk-${id}`,
    title: `refuses ${what}, or does not pass it on`,
    cites,
    probe,
    send: withFin(chunkedPost(`${sizeLine}\r\nhello\r\n0\r\n\r\n`)),
    afterwards: 'end',
    expect: either(
      all(nothingWholeForwarded, refusedOrClosed(400, 413, 502)),
      all(forwarded(body('hello')), isThere),
    ),
  }
}

export const badChunkCases: readonly ConformanceCase[] = [
  {
    id: 'chunk-extension-64k',
    title: 'refuses chunk extensions without end',
    cites: framing.limitExtensions,
    probe: 'MAL-CHUNK-EXT-64K',
    send: chunkedPost(`5;${'a'.repeat(200_000)}\r\nhello\r\n0\r\n\r\n`),
    afterwards: 'stop',
    expect: all(refusedOrClosed(400, 413, 431), nothingWholeForwarded),
  },
  badChunks(
    'not-hex',
    'a size that is no number',
    'g\r\nhello\r\n0\r\n\r\n',
    'SMUG-CHUNK-INVALID-SIZE-DESYNC',
  ),
  badChunks('hex-prefix', 'a size with 0x', '0x5\r\nhello\r\n0\r\n\r\n', 'SMUG-CHUNK-HEX-PREFIX'),
  badChunks('plus', 'a size with a plus sign', '+5\r\nhello\r\n0\r\n\r\n', 'SMUG-CHUNK-SIZE-PLUS'),
  badChunks('minus', 'a negative size', '-5\r\nhello\r\n0\r\n\r\n', 'SMUG-CHUNK-NEGATIVE'),
  badChunks(
    'underscore',
    'an underscore in a size',
    '1_0\r\n0123456789abcdef\r\n0\r\n\r\n',
    'SMUG-CHUNK-UNDERSCORE',
  ),
  badChunks('empty-size', 'a chunk without a size', '\r\nhello\r\n0\r\n\r\n'),
  badChunks(
    'overflow',
    'a size that does not fit any integer',
    '10000000000000005\r\nhello\r\n0\r\n\r\n',
    'MAL-CHUNK-SIZE-OVERFLOW',
    framing.chunkSize,
  ),
  badChunks(
    'spill',
    'more data than the size says',
    '5\r\nhello!!\r\n0\r\n\r\n',
    'SMUG-CHUNK-SPILL',
  ),
  badChunks(
    'no-crlf',
    'data without CRLF after it',
    '5\r\nhello0\r\n\r\n',
    'SMUG-CHUNK-MISSING-TRAILING-CRLF',
  ),
  badChunks(
    'bare-cr',
    'a size line that ends with CR alone',
    '5\rhello\r\n0\r\n\r\n',
    'SMUG-CHUNK-BARE-CR-TERM',
    messaging.bareCr,
  ),
  notPassedOn(
    'extension-cr',
    'a bare CR in an extension',
    '5;a\rX',
    'SMUG-CHUNK-EXT-CR',
    messaging.bareCr,
  ),
  notPassedOn(
    'extension-nul',
    'NUL in an extension',
    '5;\0ext',
    'SMUG-CHUNK-EXT-CTRL',
    custom.extensionGrammar,
  ),
  badChunks(
    'leading-blank',
    'a blank before a size',
    ' 5\r\nhello\r\n0\r\n\r\n',
    'SMUG-CHUNK-LEADING-SP',
    custom.chunkGrammar,
  ),
  notPassedOn(
    'trailing-blank',
    'a blank after a size',
    '5 ',
    'SMUG-CHUNK-SIZE-TRAILING-OWS',
    custom.chunkGrammar,
  ),
  notPassedOn(
    'bare-semicolon',
    'a semicolon without an extension',
    '5;',
    'SMUG-CHUNK-BARE-SEMICOLON',
    custom.extensionGrammar,
  ),
  notPassedOn(
    'extension-token',
    'an extension whose name is no token',
    '5;bad[=x',
    'SMUG-CHUNK-EXT-INVALID-TOKEN',
    custom.extensionGrammar,
  ),
  badChunks(
    'last-chunk-junk',
    'bytes where a trailer should be',
    '5\r\nhello\r\n0\r\nXX\r\n\r\n',
    undefined,
    messaging.notHttp,
  ),
  badChunks(
    'trailer-fold',
    'a folded trailer',
    '5\r\nhello\r\n0\r\n folded: 1\r\n\r\n',
    undefined,
    messaging.notHttp,
  ),
  {
    id: 'chunk-no-last',
    title: 'never makes a body whole whose last chunk does not come',
    cites: framing.incompleteLength,
    probe: 'COMP-CHUNKED-NO-FINAL',
    send: [chunkedPost('5\r\nhello\r\n'), fin],
    afterwards: 'end',
    expect: nothingWholeForwarded,
  },
  {
    id: 'chunk-lf',
    title: 'refuses a size line that ends with LF alone, or forwards it with CRLF',
    cites: custom.lineTerminator,
    probe: 'SMUG-CHUNK-EXT-LF',
    send: withFin(chunkedPost('5;\nhello\r\n0\r\n\r\n')),
    afterwards: 'end',
    expect: either(nothingWholeForwarded, forwarded(body('hello'))),
  },
  {
    id: 'chunk-data-lf',
    title: 'refuses data that ends with LF alone, or forwards it with CRLF',
    cites: custom.lineTerminator,
    probe: 'SMUG-CHUNK-LF-TERM',
    send: withFin(chunkedPost('5\r\nhello\n0\r\n\r\n')),
    afterwards: 'end',
    expect: either(nothingWholeForwarded, forwarded(body('hello'))),
  },
  {
    id: 'chunk-trailer-lf',
    title: 'refuses trailers that end with LF alone, or forwards them with CRLF',
    cites: custom.lineTerminator,
    probe: 'SMUG-CHUNK-LF-TRAILER',
    send: withFin(chunkedPost('5\r\nhello\r\n0\r\n\n')),
    afterwards: 'end',
    expect: either(nothingWholeForwarded, forwarded(body('hello'))),
  },
]
