import { custom } from '../citations/custom.ts'
import { framing } from '../citations/framing.ts'
import { messaging } from '../citations/messaging.ts'
import { semantics } from '../citations/semantics.ts'
import { membersOf, type Message } from '../bed/message.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import {
  all,
  body,
  either,
  field,
  forwarded,
  goesOn,
  no,
  noMember,
  onlyTargets,
  refused,
  trailer,
  upstreamNeverGot,
} from '../expectations.ts'
import { chunkedPost, host, post, smuggled } from '../wire.ts'

/** Chunks that are right in an unusual way. */
function goodChunks(id: string, what: string, bytes: string, probe?: string): ConformanceCase {
  return {
    id: `chunk-${id}`,
    title: `reads ${what}`,
    cites: framing.parseChunked,
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
    cites: framing.mergeTrailers,
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
    cites: framing.parseChunked,
    probe: 'COMP-CHUNKED-HEX-UPPERCASE',
    send: chunkedPost(`A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n`),
    expect: all(forwarded(body('01234567890123456789')), goesOn),
  },
  {
    id: 'chunk-empty-body',
    title: 'reads a chunked body without data',
    cites: framing.parseChunked,
    probe: 'COMP-CHUNKED-EMPTY',
    send: chunkedPost('0\r\n\r\n'),
    expect: all(forwarded(body('')), goesOn),
  },
  {
    id: 'chunk-extension',
    title: 'ignores chunk extensions',
    cites: framing.ignoreExtensions,
    probe: 'COMP-CHUNKED-EXTENSION',
    send: chunkedPost('5;name=value;other="a;b"\r\nhello\r\n0;last\r\n\r\n'),
    expect: all(forwarded(body('hello')), goesOn),
  },
  {
    id: 'chunk-smuggled',
    title: 'never reads a request inside a chunk',
    cites: framing.parseChunked,
    send: chunkedPost(`${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`),
    expect: all(onlyTargets('/'), forwarded(body(smuggled)), goesOn),
  },
  {
    id: 'chunk-case',
    title: 'knows chunked in any case',
    cites: framing.parseChunked,
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
    cites: framing.neverBoth,
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
