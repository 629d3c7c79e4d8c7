import { custom } from '../citations/custom.ts'
import { framing } from '../citations/framing.ts'
import { methods } from '../citations/methods.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import {
  all,
  answered,
  body,
  clientNeverGot,
  either,
  field,
  goesOn,
  got,
  interim,
  no,
  startLine,
} from '../expectations.ts'
import { get, head, hostLine, response } from '../wire.ts'

const okBody = `${response('200 OK', 'Content-Length: 2')}ok`

export const bodilessResponseCases: readonly ConformanceCase[] = [
  {
    id: 'response-204',
    title: 'forwards 204 without waiting for a body',
    cites: framing.noBody,
    send: get(),
    upstream: [{ send: response('204 No Content') }],
    expect: all(answered(204), goesOn),
  },
  {
    id: 'response-204-length',
    title: 'removes Content-Length from 204',
    cites: methods.noLengthIn204,
    probe: 'COMP-NO-CL-IN-204',
    send: get(),
    upstream: [{ send: response('204 No Content', 'Content-Length: 5') }],
    expect: either(all(got(no('Content-Length')), goesOn), answered(502)),
  },
  {
    id: 'response-204-coding',
    title: 'removes Transfer-Encoding from 204',
    cites: framing.noCodingIn204,
    send: get(),
    upstream: [{ send: `${response('204 No Content', 'Transfer-Encoding: chunked')}0\r\n\r\n` }],
    expect: all(either(got(no('Transfer-Encoding')), answered(502)), clientNeverGot(/0\r\n\r\n/)),
  },
  {
    id: 'response-304',
    title: 'forwards 304 without waiting for a body',
    cites: framing.noBody,
    send: get('If-None-Match: "a"'),
    upstream: [{ send: response('304 Not Modified', 'ETag: "a"', 'Content-Length: 5') }],
    expect: all(answered(304), goesOn),
  },
  {
    id: 'response-304-forwarded',
    title: 'forwards 304 to the client that asked conditionally',
    cites: methods.forward304,
    send: get('If-None-Match: "a"'),
    upstream: [{ send: response('304 Not Modified', 'ETag: "a"') }],
    expect: got(field('ETag', '"a"'), startLine(/ 304 /)),
  },
  {
    id: 'response-304-body',
    title: 'drops a body that an upstream sends with 304',
    cites: framing.noBody,
    send: get(),
    upstream: [{ send: `${response('304 Not Modified', 'Content-Length: 5')}wrong` }],
    expect: all(clientNeverGot(/wrong/), either(answered(304), answered(502))),
  },
  {
    id: 'response-103',
    title: 'forwards 103 Early Hints',
    cites: methods.forwardInterim,
    send: get(),
    upstream: [{ send: head('HTTP/1.1 103 Early Hints', 'Link: </a>; rel=preload') + okBody }],
    expect: all(interim(103), got(body('ok')), goesOn),
  },
  {
    id: 'response-103-fields',
    title: 'forwards the fields of 103',
    cites: custom.transparent,
    send: get(),
    upstream: [{ send: head('HTTP/1.1 103 Early Hints', 'Link: </a>; rel=preload') + okBody }],
    expect: (seen) => {
      const [hints] = seen.interim
      return hints === undefined ? 'no 103' : field('Link', '</a>; rel=preload')(hints)
    },
  },
  {
    id: 'response-interim-many',
    title: 'forwards several interim responses',
    cites: methods.forwardInterim,
    send: get(),
    upstream: [
      {
        send:
          head('HTTP/1.1 102 Processing') +
          head('HTTP/1.1 103 Early Hints') +
          head('HTTP/1.1 199 Own') +
          okBody,
      },
    ],
    expect: all(interim(102, 103, 199), got(body('ok'))),
  },
  {
    id: 'response-100-unasked',
    title: 'reads a 100 it did not ask for',
    cites: methods.parseInterim,
    send: get(),
    upstream: [{ send: head('HTTP/1.1 100 Continue') + okBody }],
    expect: all(got(body('ok')), goesOn),
  },
  {
    id: 'response-interim-length',
    title: 'takes no body for an interim response that announces one',
    cites: framing.noBody,
    send: get(),
    upstream: [{ send: head('HTTP/1.1 103 Early Hints', 'Content-Length: 5') + okBody }],
    expect: either(got(body('ok')), answered(502)),
  },
  {
    id: 'response-interim-http-1.0',
    title: 'sends no interim response to a client of HTTP/1.0',
    cites: methods.noInterimToHttp10,
    probe: 'COMP-NO-1XX-HTTP10',
    send: head('GET / HTTP/1.0', hostLine),
    upstream: [{ send: head('HTTP/1.1 103 Early Hints') + okBody }],
    afterwards: 'end',
    expect: all(interim(), got(body('ok'))),
  },
]
