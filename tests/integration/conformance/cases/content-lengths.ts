import { framing } from '../citations/framing.ts'
import { messaging } from '../citations/messaging.ts'
import { methods } from '../citations/methods.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import {
  all,
  body,
  closes,
  either,
  field,
  forwarded,
  goesOn,
  onlyTargets,
  refused,
  refusedOrClosed,
} from '../expectations.ts'
import { fin, head, hostLine, post, smuggled } from '../wire.ts'

/** A Content-Length that says nothing certain: the request ends with 400 and its connection. */
function badLength(id: string, what: string, value: string, probe?: string): ConformanceCase {
  return {
    id: `length-${id}`,
    title: `refuses ${what} and closes`,
    cites: framing.badLength,
    ...(probe === undefined ? {} : { probe }),
    send: `${post(`Content-Length: ${value}`)}hello`,
    expect: all(refused(400), closes),
  }
}

export const contentLengthCases: readonly ConformanceCase[] = [
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
    cites: methods.anyLength,
    probe: 'MAL-CL-OVERFLOW',
    send: [`${post('Content-Length: 18446744073709551621')}hello`, fin],
    afterwards: 'end',
    expect: refusedOrClosed(400, 413),
  },
  {
    id: 'length-list-same',
    title: 'refuses a list of equal lengths, or forwards it once',
    cites: methods.lengthGrammar,
    probe: 'SMUG-CL-COMMA-SAME',
    send: `${post('Content-Length: 5, 5')}hello`,
    expect: either(refused(400), forwarded(field('Content-Length', '5'), body('hello'))),
  },
  {
    id: 'length-twice-same',
    title: 'refuses a repeated length, or forwards it once',
    cites: methods.lengthGrammar,
    send: `${post('Content-Length: 5', 'content-length: 5')}hello`,
    expect: either(refused(400), forwarded(field('Content-Length', '5'), body('hello'))),
  },
  {
    id: 'length-leading-zeros',
    title: 'reads leading zeros as decimal, or refuses them',
    cites: methods.anyLength,
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
    cites: framing.readBodyOrClose,
    probe: 'COMP-POST-CL-BODY',
    send: `${post('Content-Length: 5')}hello`,
    expect: all(forwarded(body('hello')), goesOn),
  },
  {
    id: 'length-zero',
    title: 'forwards a POST of length 0',
    cites: framing.readBodyOrClose,
    probe: 'COMP-POST-CL-ZERO',
    send: post('Content-Length: 0'),
    expect: all(forwarded(body('')), goesOn),
  },
  {
    id: 'length-none',
    title: 'takes a POST without any framing for one without a body',
    cites: framing.readBodyOrClose,
    probe: 'COMP-POST-NO-CL-NO-TE',
    send: post(),
    expect: either(refused(411), all(forwarded(body('')), goesOn)),
  },
  {
    id: 'length-get-body',
    title: 'forwards the body of a GET, and never reads it as a request',
    cites: framing.readBodyOrClose,
    probe: 'SMUG-GET-CL-PREFIX-DESYNC',
    send: head('GET / HTTP/1.1', hostLine, `Content-Length: ${smuggled.length}`) + smuggled,
    expect: all(onlyTargets('/'), either(refused(400), all(forwarded(body(smuggled)), goesOn))),
  },
  {
    id: 'length-options-body',
    title: 'never reads the body of OPTIONS as a request',
    cites: framing.readBodyOrClose,
    probe: 'SMUG-OPTIONS-CL-BODY-DESYNC',
    send: head('OPTIONS / HTTP/1.1', hostLine, `Content-Length: ${smuggled.length}`) + smuggled,
    expect: all(onlyTargets('/'), either(refused(400), forwarded(body(smuggled)))),
  },
  {
    id: 'length-unfinished',
    title: 'never makes a body whole that the client did not finish',
    cites: framing.incompleteLength,
    probe: 'COMP-POST-CL-UNDERSEND',
    send: [`${post('Content-Length: 10')}hello`, fin],
    afterwards: 'end',
    expect: (seen) =>
      seen.requests.some(({ isComplete }) => isComplete) ? 'it looks whole upstream' : undefined,
  },
]
