import { custom } from '../citations/custom.ts'
import { framing } from '../citations/framing.ts'
import { messaging } from '../citations/messaging.ts'
import type { Citation } from '../citations/citation.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import {
  all,
  body,
  closes,
  either,
  forwarded,
  goesOn,
  onlyTargets,
  refused,
  refusedOrClosed,
} from '../expectations.ts'
import { head, hostLine, post, smuggled } from '../wire.ts'

/** Behind the last chunk, where those who go by Content-Length see a body and the others a request. */
const behindChunks = `0\r\n\r\n${smuggled}`

/**
 * A request with both framings, of which one is spelt so that some do not see it, and another request where only those
 * who see the other framing would look for one. Whoever does not refuse it has to close.
 */
function hidden(
  id: string,
  how: string,
  lines: readonly string[],
  bytes: string,
  probe: string,
): ConformanceCase {
  return {
    id: `hidden-${id}`,
    title: `never reads a request that is hidden by ${how}`,
    cites: framing.codingAndLength,
    probe,
    send: post(...lines) + bytes,
    expect: all(onlyTargets('/'), closes, either(refusedOrClosed(400, 501), forwarded())),
  }
}

/** A request with one framing, and what looks like a request in its body. */
function inBody(method: string, probe: string): ConformanceCase {
  return {
    id: `hidden-body-${method.toLowerCase()}`,
    title: `never reads a request in the body of ${method}`,
    cites: framing.readBodyOrClose,
    probe,
    send: head(`${method} / HTTP/1.1`, hostLine, `Content-Length: ${smuggled.length}`) + smuggled,
    expect: all(onlyTargets('/'), either(refusedOrClosed(400), forwarded(body(smuggled)))),
  }
}

/** A valid message that is unusual in a field that decides where it ends. */
function unusual(
  id: string,
  what: string,
  request: string,
  cites: Citation,
  probe: string,
): ConformanceCase {
  return {
    id: `unusual-${id}`,
    title: `reads ${what} as it is meant, or refuses it`,
    cites,
    probe,
    send: request,
    expect: either(refused(400, 422, 501), all(forwarded(body('hello')), goesOn)),
  }
}

const length = `Content-Length: ${behindChunks.length}`
const chunkedHello = '5\r\nhello\r\n0\r\n\r\n'

export const smugglingCases: readonly ConformanceCase[] = [
  hidden(
    'length-plus',
    'a length with a plus sign',
    [`Content-Length: +${behindChunks.length}`, 'Transfer-Encoding: chunked'],
    behindChunks,
    'SMUG-CLTE-SMUGGLED-GET-CL-PLUS',
  ),
  hidden(
    'coding-case',
    'chunked in another case',
    [length, 'Transfer-Encoding: cHuNkEd'],
    behindChunks,
    'SMUG-CLTE-SMUGGLED-GET-TE-CASE-MISMATCH',
  ),
  hidden(
    'coding-comma',
    'a comma before chunked',
    [length, 'Transfer-Encoding: , chunked'],
    behindChunks,
    'SMUG-CLTE-SMUGGLED-GET-TE-LEADING-COMMA',
  ),
  hidden(
    'coding-blank',
    'a blank after chunked',
    [length, 'Transfer-Encoding: chunked '],
    behindChunks,
    'SMUG-CLTE-SMUGGLED-GET-TE-TRAILING-SPACE',
  ),
  hidden(
    'coding-fold',
    'a folded Transfer-Encoding',
    [length, 'Transfer-Encoding:\r\n chunked'],
    behindChunks,
    'SMUG-CLTE-SMUGGLED-GET-TE-OBS-FOLD',
  ),
  hidden(
    'coding-twice',
    'a second Transfer-Encoding',
    [length, 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
    behindChunks,
    'SMUG-TE-DUPLICATE-HEADERS-SMUGGLED-GET',
  ),
  hidden(
    'rest',
    'a byte behind the last chunk',
    ['Content-Length: 6', 'Transfer-Encoding: chunked'],
    '0\r\n\r\nX',
    'SMUG-CLTE-DESYNC',
  ),
  hidden(
    'rest-of-chunk',
    'chunks longer than the length',
    ['Transfer-Encoding: chunked', 'Content-Length: 6'],
    '0\r\n\r\nX',
    'SMUG-TECL-DESYNC',
  ),
  hidden(
    'short-length',
    'a length shorter than the chunks',
    ['Content-Length: 4', 'Transfer-Encoding: chunked'],
    '0\r\n\r\n',
    'SMUG-CLTE-PIPELINE',
  ),
  hidden(
    'long-length',
    'a length longer than the chunks',
    ['Transfer-Encoding: chunked', 'Content-Length: 30'],
    '0\r\n\r\n',
    'SMUG-TECL-PIPELINE',
  ),
  {
    id: 'hidden-two-lengths',
    title: 'never reads a request that is hidden by two lengths',
    cites: framing.badLength,
    probe: 'SMUG-DUPLICATE-CL-SMUGGLED-GET',
    send: post('Content-Length: 5', `Content-Length: ${smuggled.length + 5}`) + `hello${smuggled}`,
    expect: all(onlyTargets(), refused(400), closes),
  },
  {
    id: 'hidden-head-method',
    title: 'never reads a HEAD that is hidden behind the last chunk',
    cites: framing.codingAndLength,
    probe: 'SMUG-CLTE-SMUGGLED-HEAD',
    send:
      post('Content-Length: 64', 'Transfer-Encoding: chunked') +
      `0\r\n\r\n${head('HEAD /smuggled HTTP/1.1', hostLine)}`,
    expect: all(onlyTargets('/'), closes),
  },
  inBody('HEAD', 'SMUG-HEAD-CL-BODY'),
  inBody('PUT', 'SMUG-CL0-BODY-POISON'),
  inBody('DELETE', 'SMUG-GET-CL-BODY-DESYNC'),
  unusual(
    'length-zeros',
    'leading zeros of a length',
    `${post('Content-Length: 005')}hello`,
    messaging.notHttp,
    'SMUG-CL-LEADING-ZEROS',
  ),
  unusual(
    'length-blank',
    'a length with a blank after it',
    `${post('Content-Length: 5 ')}hello`,
    custom.transparent,
    'SMUG-CL-TRAILING-SPACE',
  ),
  unusual(
    'length-tab',
    'a length with a tab before it',
    `${post('Content-Length:\t5')}hello`,
    custom.transparent,
    'MAL-CL-TAB-BEFORE-VALUE',
  ),
  unusual(
    'length-three',
    'a length given three times in one line',
    `${post('Content-Length: 5, 5, 5')}hello`,
    custom.transparent,
    'SMUG-CL-COMMA-TRIPLE',
  ),
  unusual(
    'coding-tab',
    'chunked with a tab before it',
    `${post('Transfer-Encoding:\tchunked')}${chunkedHello}`,
    custom.transparent,
    'SMUG-TE-TAB-BEFORE-VALUE',
  ),
  unusual(
    'coding-blank',
    'chunked with a blank after it',
    `${post('Transfer-Encoding: chunked ')}${chunkedHello}`,
    custom.transparent,
    'SMUG-TE-TRAILING-SPACE',
  ),
  unusual(
    'coding-comma',
    'chunked with a comma after it',
    `${post('Transfer-Encoding: chunked,')}${chunkedHello}`,
    custom.transparent,
    'SMUG-TE-TRAILING-COMMA',
  ),
  unusual(
    'coding-underscore',
    'Transfer_Encoding beside Transfer-Encoding',
    `${post('Transfer_Encoding: gzip', 'Transfer-Encoding: chunked')}${chunkedHello}`,
    custom.transparent,
    'NORM-UNDERSCORE-TE',
  ),
]
