import { custom } from '../citations/custom.ts'
import { messaging } from '../citations/messaging.ts'
import { semantics } from '../citations/semantics.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import {
  all,
  answered,
  either,
  field,
  forwarded,
  no,
  nothingWholeForwarded,
  refused,
  refusedOrClosed,
  upstreamNeverGot,
} from '../expectations.ts'
import { fin, get, head, hostLine } from '../wire.ts'

/** A byte that must not get through as it is, at this place of a value. */
function dangerous(id: string, what: string, value: string, probe?: string): ConformanceCase {
  return {
    id: `field-${id}`,
    title: `refuses ${what} in a value, or makes it a blank`,
    cites: semantics.dangerousBytes,
    ...(probe === undefined ? {} : { probe }),
    send: get(`A: ${value}`, 'B: 2'),
    expect: either(
      refusedOrClosed(400),
      all(forwarded(field('B', '2')), upstreamNeverGot(/\0|\r(?!\n)|[^\r]\n/)),
    ),
  }
}

/** A line that is no field line. */
function notAField(id: string, what: string, line: string, probe?: string): ConformanceCase {
  return {
    id: `field-${id}`,
    title: `refuses ${what}`,
    cites: messaging.notHttp,
    ...(probe === undefined ? {} : { probe }),
    send: get('A: 1', line, 'B: 2'),
    expect: refusedOrClosed(400),
  }
}

const lines100 = Array.from({ length: 100 }, (_, index) => `X-Line-${index}: ${index}`)

export const fieldSyntaxCases: readonly ConformanceCase[] = [
  dangerous('nul', 'NUL', 'a\0b', 'MAL-NUL-IN-HEADER-VALUE'),
  dangerous('cr', 'a bare CR', 'a\rb', 'SMUG-BARE-CR-HEADER-VALUE'),
  dangerous('cr-field', 'a bare CR that would start a field', 'a\rX-Injected: 1'),
  notAField('no-colon', 'a line without a colon', 'no colon', 'RFC9112-5-HEADER-NO-COLON'),
  notAField('no-name', 'a line without a name', ': empty', 'RFC9112-5-EMPTY-HEADER-NAME'),
  notAField(
    'name-not-token',
    'a name that is not a token',
    'a[b]: 1',
    'RFC9112-5-INVALID-HEADER-NAME',
  ),
  notAField(
    'name-non-ascii',
    'a name with bytes above 127',
    'caf\xe9: 1',
    'MAL-NON-ASCII-HEADER-NAME',
  ),
  notAField('name-nul', 'a name with NUL', 'a\0b: 1'),
  notAField('name-tab', 'a name with a tab', 'a\tb: 1', 'NORM-TAB-IN-NAME'),
  {
    id: 'field-control',
    title: 'refuses a control character in a value, or passes it on in a field that means nothing',
    cites: custom.fieldName,
    probe: 'MAL-CONTROL-CHARS-HEADER',
    send: get('A: a\x01\x02\x7fb'),
    expect: either(refusedOrClosed(400), forwarded()),
  },
  {
    id: 'field-blank-colon',
    title: 'refuses a blank before the colon',
    cites: messaging.blankBeforeColon,
    probe: 'RFC9110-5.6.2-SP-BEFORE-COLON',
    send: get('A : 1'),
    expect: refused(400),
  },
  {
    id: 'field-tab-colon',
    title: 'refuses a tab before the colon',
    cites: messaging.blankBeforeColon,
    send: get('A\t: 1'),
    expect: refused(400),
  },
  {
    id: 'field-blank-colon-length',
    title: 'refuses a blank before the colon of Content-Length',
    cites: messaging.blankBeforeColon,
    probe: 'NORM-SP-BEFORE-COLON-CL',
    send: `${head('POST / HTTP/1.1', hostLine, 'Content-Length : 5')}hello`,
    expect: refused(400),
  },
  {
    id: 'field-fold',
    title: 'refuses a folded line, or unfolds it',
    cites: messaging.foldInRequest,
    probe: 'RFC9112-5.1-OBS-FOLD',
    send: get('A: 1', ' 2', 'B: 3'),
    expect: either(refused(400), all(forwarded(field('B', '3')), upstreamNeverGot(/\r\n[ \t]/))),
  },
  {
    id: 'field-fold-tab',
    title: 'refuses a line folded with a tab, or unfolds it',
    cites: messaging.foldInRequest,
    send: get('A: 1', '\t2', 'B: 3'),
    expect: either(refused(400), all(forwarded(field('B', '3')), upstreamNeverGot(/\r\n[ \t]/))),
  },
  {
    id: 'field-leading-blank',
    title: 'refuses a blank before the first field, or drops that line',
    cites: messaging.leadingBlank,
    probe: 'COMP-WHITESPACE-BEFORE-HEADERS',
    send: head('GET / HTTP/1.1', ' A: 1', hostLine),
    expect: either(refused(400), all(forwarded(no('A')), upstreamNeverGot(/\r\n[ \t]/))),
  },
  {
    id: 'field-bare-lf',
    title: 'refuses a line that ends with LF alone, or forwards it with CRLF',
    cites: custom.lineTerminator,
    probe: 'RFC9112-2.2-BARE-LF-HEADER',
    send: `GET / HTTP/1.1\r\n${hostLine}\r\nA: 1\nB: 2\r\n\r\n`,
    expect: either(
      refusedOrClosed(400),
      all(forwarded(field('A', '1'), field('B', '2')), upstreamNeverGot(/[^\r]\n/)),
    ),
  },
  {
    id: 'field-bare-lf-line',
    title: 'refuses a request line that ends with LF alone, or forwards it with CRLF',
    cites: custom.lineTerminator,
    probe: 'RFC9112-2.2-BARE-LF-REQUEST-LINE',
    send: `GET / HTTP/1.1\n${hostLine}\r\n\r\n`,
    expect: either(refusedOrClosed(400), all(forwarded(), upstreamNeverGot(/[^\r]\n/))),
  },
  {
    id: 'field-unknown',
    title: 'forwards fields it does not know',
    cites: semantics.unknownFields,
    send: get('X-Unheard-Of: 1', 'Priority: u=1'),
    expect: forwarded(field('X-Unheard-Of', '1'), field('Priority', 'u=1')),
  },
  {
    id: 'field-underscore',
    title: 'forwards a field with an underscore in its name',
    cites: semantics.unknownFields,
    send: get('X_Unheard_Of: 1'),
    expect: forwarded(field('X_Unheard_Of', '1')),
  },
  {
    id: 'field-any-token',
    title: "forwards a field whose name has any of a token's characters",
    cites: semantics.unknownFields,
    send: get("!#$%&'*+-.^`|~9a: 1"),
    expect: forwarded(field("!#$%&'*+-.^`|~9a", '1')),
  },
  {
    id: 'field-empty',
    title: 'forwards a field without a value',
    cites: semantics.unknownFields,
    send: get('X-Empty:', 'B: 2'),
    expect: forwarded(field('X-Empty', ''), field('B', '2')),
  },
  {
    id: 'field-order',
    title: 'keeps the order of field lines with the same name',
    cites: semantics.fieldOrder,
    send: get('A: 1', 'B: x', 'a: 2', 'A: 3'),
    expect: either(forwarded(field('A', '1', '2', '3')), forwarded(field('A', '1, 2, 3'))),
  },
  {
    id: 'field-opaque',
    title: 'forwards bytes above 127 in a value as they are',
    cites: semantics.opaqueBytes,
    send: get('A: caf\xc3\xa9\xff'),
    expect: forwarded(field('A', 'caf\xc3\xa9\xff')),
  },
  {
    id: 'field-blanks',
    title: 'reads a length with blanks around it',
    cites: semantics.fieldBlanks,
    probe: 'SMUG-CL-EXTRA-LEADING-SP',
    send: `${head('POST / HTTP/1.1', hostLine, 'Content-Length: \t 5 \t')}hello`,
    expect: forwarded((request) => (request.body === 'hello' ? undefined : 'not the body')),
  },
  {
    id: 'field-hundred',
    title: 'takes 100 field lines',
    cites: custom.transparent,
    send: get(...lines100),
    expect: forwarded(field('X-Line-0', '0'), field('X-Line-99', '99')),
  },
  {
    id: 'field-cookies-8k',
    title: 'takes cookies of 8,000 bytes',
    cites: custom.transparent,
    send: get(`Cookie: a=${'b'.repeat(7_990)}`),
    expect: forwarded(field('Cookie', `a=${'b'.repeat(7_990)}`)),
  },
  {
    id: 'field-cookies-24k',
    title: 'takes cookies of 24,000 bytes, as sign-ins on localhost pile them up',
    cites: custom.transparent,
    send: get(`Cookie: a=${'b'.repeat(24_000)}`),
    expect: forwarded(field('Cookie', `a=${'b'.repeat(24_000)}`)),
  },
  {
    id: 'field-too-large',
    title: 'answers a field larger than it takes with 4xx',
    cites: semantics.largeFields,
    probe: 'MAL-LONG-HEADER-VALUE',
    send: get(`A: ${'b'.repeat(2_000_000)}`),
    afterwards: 'stop',
    expect: all(answered(400, 413, 431, 494), nothingWholeForwarded),
  },
  {
    id: 'field-too-many',
    title: 'answers more fields than it takes with 4xx, or forwards them all',
    cites: semantics.largeFields,
    probe: 'MAL-MANY-HEADERS',
    send: get(...Array.from({ length: 5_000 }, (_, index) => `X-Line-${index}: 1`)),
    afterwards: 'stop',
    expect: either(
      all(answered(400, 413, 431, 494), nothingWholeForwarded),
      forwarded(field('X-Line-4999', '1')),
    ),
  },
  {
    id: 'field-unfinished',
    title: 'forwards nothing of a head that does not come to its end',
    cites: semantics.wholeHeader,
    probe: 'MAL-INCOMPLETE-REQUEST',
    send: [`GET / HTTP/1.1\r\n${hostLine}\r\nA: 1`, fin],
    afterwards: 'end',
    expect: nothingWholeForwarded,
  },
]
