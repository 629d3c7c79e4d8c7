import { custom, messaging, semantics, type Citation } from '../citations.ts'
import { membersOf, type Message } from '../bed/message.ts'
import type { ConformanceCase, Step } from '../conformance-case.ts'
import {
  all,
  body,
  type Expectation,
  either,
  field,
  forwarded,
  goesOn,
  no,
  noMember,
  nothingWholeForwarded,
  onlyTargets,
  refused,
  refusedOrClosed,
  trailer,
  upstreamNeverGot,
} from '../expectations.ts'
import { chunkedPost, host, post, smuggled } from '../wire.ts'

/** A FIN ends the waiting of who waits for more, but comes late enough to disturb nobody who does not. */
function withFin(request: string): readonly Step[] {
  return [request, { until: '\r\n\r\n' }, 'FIN']
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

/** Chunks that are right in an unusual way. */
function goodChunks(id: string, what: string, bytes: string, probe?: string): ConformanceCase {
  return {
    id: `chunk-${id}`,
    title: `reads ${what}`,
    cites: messaging.parseChunked,
    ...(probe === undefined ? {} : { probe }),
    send: chunkedPost(bytes),
    expect: all(forwarded(body('hello')), goesOn),
  }
}

/** A trailer that would change the message if it were taken for a field of its head; `check` looks at that head. */
function dangerousTrailer(
  line: string,
  probe: string,
  check: (request: Message) => string | undefined,
): ConformanceCase {
  const [name = ''] = line.split(':')
  return {
    id: `trailer-${name.toLowerCase()}`,
    title: `never merges a trailer ${name} into the head`,
    cites: messaging.mergeTrailers,
    probe,
    send: chunkedPost(`5\r\nhello\r\n0\r\n${line}\r\n\r\n`),
    expect: either(refused(400), all(forwarded(body('hello'), check), goesOn)),
  }
}

export const chunkedRequestCases: readonly ConformanceCase[] = [
  goodChunks(
    'plain',
    'a chunked body and goes on after it',
    '5\r\nhello\r\n0\r\n\r\n',
    'COMP-CHUNKED-BODY',
  ),
  goodChunks('several', 'several chunks', '1\r\nh\r\n4\r\nello\r\n0\r\n\r\n', 'COMP-CHUNKED-MULTI'),
  goodChunks('zeros', 'leading zeros of a size', '0005\r\nhello\r\n000\r\n\r\n'),
  {
    id: 'chunk-upper-case',
    title: 'reads sizes in hexadecimal, in either case',
    cites: messaging.parseChunked,
    probe: 'COMP-CHUNKED-HEX-UPPERCASE',
    send: chunkedPost(`A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n`),
    expect: all(forwarded(body('01234567890123456789')), goesOn),
  },
  {
    id: 'chunk-empty-body',
    title: 'reads a chunked body without data',
    cites: messaging.parseChunked,
    probe: 'COMP-CHUNKED-EMPTY',
    send: chunkedPost('0\r\n\r\n'),
    expect: all(forwarded(body('')), goesOn),
  },
  {
    id: 'chunk-extension',
    title: 'ignores chunk extensions',
    cites: messaging.ignoreExtensions,
    probe: 'COMP-CHUNKED-EXTENSION',
    send: chunkedPost('5;name=value;other="a;b"\r\nhello\r\n0;last\r\n\r\n'),
    expect: all(forwarded(body('hello')), goesOn),
  },
  {
    id: 'chunk-extension-64k',
    title: 'refuses chunk extensions without end',
    cites: messaging.limitExtensions,
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
    messaging.chunkSize,
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
    cites: messaging.incompleteLength,
    probe: 'COMP-CHUNKED-NO-FINAL',
    send: withFin(chunkedPost('5\r\nhello\r\n')),
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
  {
    id: 'chunk-smuggled',
    title: 'never reads a request inside a chunk',
    cites: messaging.parseChunked,
    send: chunkedPost(`${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`),
    expect: all(onlyTargets('/'), forwarded(body(smuggled)), goesOn),
  },
  {
    id: 'chunk-case',
    title: 'knows chunked in any case',
    cites: messaging.parseChunked,
    probe: 'NORM-CASE-TE',
    send: `${post('transfer-encoding: CHUNKED')}5\r\nhello\r\n0\r\n\r\n`,
    expect: all(forwarded(body('hello')), goesOn),
  },
  {
    id: 'chunk-leading-comma',
    title: 'ignores an empty member before chunked',
    cites: semantics.emptyMembers,
    probe: 'SMUG-TE-LEADING-COMMA',
    send: `${post('Transfer-Encoding: , chunked')}5\r\nhello\r\n0\r\n\r\n`,
    expect: either(refused(400, 422, 501), all(forwarded(body('hello')), goesOn)),
  },
  {
    id: 'chunk-fold',
    title: 'refuses a folded Transfer-Encoding, or unfolds it',
    cites: messaging.foldInRequest,
    probe: 'SMUG-TE-OBS-FOLD',
    send: `${post('Transfer-Encoding:\r\n chunked')}5\r\nhello\r\n0\r\n\r\n`,
    expect: either(refused(400), all(forwarded(body('hello')), upstreamNeverGot(/\r\n /))),
  },
  {
    id: 'chunk-either-framing',
    title: 'forwards a chunked body with one framing only',
    cites: messaging.neverBoth,
    send: chunkedPost('5\r\nhello\r\n0\r\n\r\n'),
    expect: either(forwarded(no('Content-Length')), forwarded(no('Transfer-Encoding'))),
  },
  dangerousTrailer('Content-Length: 50', 'SMUG-TRAILER-CL', noMember('Content-Length', /^50$/)),
  dangerousTrailer('Transfer-Encoding: chunked', 'SMUG-TRAILER-TE', ({ fields }) =>
    membersOf(fields, 'Transfer-Encoding').length > 1 ? 'merged' : undefined,
  ),
  dangerousTrailer('Host: evil.example', 'SMUG-TRAILER-HOST', field('Host', host)),
  dangerousTrailer('Authorization: Bearer evil', 'SMUG-TRAILER-AUTH', no('Authorization')),
  {
    id: 'trailer-forwarded',
    title: 'forwards the trailers of a request',
    cites: custom.transparent,
    probe: 'COMP-CHUNKED-TRAILER-VALID',
    send: chunkedPost(
      '5\r\nhello\r\n0\r\nX-Checksum: 1\r\nX-Other: 2\r\n\r\n',
      'Trailer: X-Checksum',
    ),
    expect: forwarded(body('hello'), trailer('X-Checksum', '1'), trailer('X-Other', '2')),
  },
]
