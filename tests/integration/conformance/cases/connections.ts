import { custom } from '../citations/custom.ts'
import { framing } from '../citations/framing.ts'
import { methods } from '../citations/methods.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import {
  all,
  answered,
  bodies,
  body,
  closes,
  forwarded,
  goesOn,
  got,
  member,
  onlyTargets,
  startLine,
} from '../expectations.ts'
import { bytesOf, fin, chunkedPost, get, head, hostLine, post, response } from '../wire.ts'

const to = (target: string, ...lines: readonly string[]): string =>
  head(`GET ${target} HTTP/1.1`, hostLine, ...lines)

const saying = (text: string): { send: string } => ({
  send: `${response('200 OK', `Content-Length: ${text.length}`)}${text}`,
})

export const connectionCases: readonly ConformanceCase[] = [
  {
    id: 'connection-persists',
    title: 'carries another request on the connection',
    cites: framing.persistence,
    probe: 'COMP-BASELINE',
    send: get(),
    expect: all(answered(200), goesOn),
  },
  {
    id: 'connection-close',
    title: 'closes after the response to a request that says close',
    cites: framing.closeAfterClose,
    probe: 'COMP-CONNECTION-CLOSE',
    send: get('Connection: close'),
    expect: all(answered(200), closes),
  },
  {
    id: 'connection-close-case',
    title: 'knows close in any case, in any place of a list',
    cites: framing.closeAfterClose,
    send: get('Connection: x-other, CLOSE'),
    expect: all(answered(200), closes),
  },
  {
    id: 'connection-says-close',
    title: 'says close in the response before it closes',
    cites: framing.sayClose,
    send: get('Connection: close'),
    expect: got(member('Connection', /^close$/i)),
  },
  {
    id: 'connection-after-close',
    title: 'does not process what comes after a request that says close',
    cites: framing.nothingAfterClose,
    send: to('/one', 'Connection: close') + to('/two'),
    afterwards: 'end',
    expect: all(onlyTargets('/one'), closes),
  },
  {
    id: 'connection-upstream-close',
    title: "keeps the client's connection when the upstream closes its own",
    cites: framing.persistence,
    send: get(),
    upstream: [
      { send: `${response('200 OK', 'Connection: close', 'Content-Length: 2')}ok`, after: 'end' },
    ],
    expect: all(answered(200), goesOn),
  },
  {
    id: 'connection-http-1.0',
    title: 'closes after the response to HTTP/1.0',
    cites: framing.http10Closes,
    probe: 'COMP-HTTP10-DEFAULT-CLOSE',
    send: head('GET / HTTP/1.0', hostLine),
    expect: all(answered(200), closes),
  },
  {
    id: 'connection-pipeline',
    title: 'answers pipelined requests in their order',
    cites: framing.pipelineOrder,
    send: to('/1') + to('/2') + to('/3') + to('/4'),
    upstream: ['one', 'two', 'three', 'four'].map(saying),
    responses: 4,
    expect: all(bodies('one', 'two', 'three', 'four'), goesOn),
  },
  {
    id: 'connection-pipeline-bodies',
    title: 'tells pipelined requests with bodies apart',
    cites: framing.pipelineOrder,
    send: `${post('Content-Length: 5')}hello${chunkedPost('5\r\nworld\r\n0\r\n\r\n')}${to('/3')}`,
    upstream: ['one', 'two', 'three'].map(saying),
    responses: 3,
    expect: all(bodies('one', 'two', 'three'), goesOn, ({ requests }) =>
      requests.map((request) => request.body).join() === 'hello,world,' ? undefined : 'mixed up',
    ),
  },
  {
    id: 'connection-pipeline-error',
    title: 'answers what came before a malformed request, in order',
    cites: framing.pipelineOrder,
    probe: 'SMUG-PIPELINE-SAFE',
    send: `${to('/1')}GET /2 HTTP/1.1\r\nbad line\r\n\r\n`,
    upstream: [saying('one')],
    responses: 2,
    afterwards: 'end',
    expect: ({ responses }) => {
      const statuses = responses.map(({ status }) => status).join()
      return statuses === '200,400' ? undefined : `answered ${statuses}`
    },
  },
  {
    id: 'connection-split-head',
    title: 'reads a head that comes byte by byte',
    cites: custom.transparent,
    send: bytesOf(get('A: 1')),
    expect: all(forwarded(startLine('GET / HTTP/1.1')), goesOn),
  },
  {
    id: 'connection-split-chunks',
    title: 'reads chunks that come byte by byte',
    cites: custom.transparent,
    send: bytesOf(chunkedPost('5;a=b\r\nhello\r\n0\r\nT: 1\r\n\r\n')),
    expect: all(forwarded(body('hello')), goesOn),
  },
  {
    id: 'connection-half-closed',
    title: 'answers a client that has sent FIN after its request',
    cites: custom.transparent,
    send: [get(), fin],
    afterwards: 'end',
    expect: answered(200),
  },
  {
    id: 'connection-early-response',
    title: 'passes on a response that comes before the request was sent, and never loses step',
    cites: framing.readBodyOrClose,
    send: [post('Content-Length: 10'), 'hello', { until: 'no more' }, 'world'],
    upstream: [
      {
        atHead: `${response('413 Content Too Large', 'Connection: close', 'Content-Length: 7')}no more`,
      },
    ],
    afterwards: 'next',
    expect: all(onlyTargets('/'), answered(413)),
  },
  {
    id: 'connection-early-stream',
    title: 'streams both ways at once',
    cites: custom.transparent,
    send: [
      post('Transfer-Encoding: chunked'),
      '5\r\nhello\r\n',
      { until: 'first' },
      '5\r\nworld\r\n0\r\n\r\n',
    ],
    upstream: [
      {
        atHead: `${response('200 OK', 'Transfer-Encoding: chunked')}5\r\nfirst\r\n`,
        send: '6\r\nsecond\r\n0\r\n\r\n',
      },
    ],
    expect: all(got(body('firstsecond')), forwarded(body('helloworld')), ({ clientText }) =>
      clientText.includes('first') ? undefined : 'held back',
    ),
  },
  {
    id: 'connection-retry-get',
    title: 'sends a GET again when a kept connection turns out closed',
    cites: custom.transparent,
    send: [to('/one'), { until: 'one' }, to('/two')],
    upstream: [saying('one'), { send: '', after: 'end' }, saying('two')],
    responses: 2,
    expect: bodies('one', 'two'),
  },
  {
    id: 'connection-retry-post',
    title: 'never sends a POST again',
    cites: methods.noRetry,
    send: [to('/one'), { until: 'one' }, `${post('Content-Length: 5')}hello`],
    upstream: [saying('one'), { send: '', after: 'end' }, saying('two')],
    responses: 2,
    afterwards: 'stop',
    expect: ({ requests, responses }) => {
      const posts = requests.filter(({ startLine: line }) => line.startsWith('POST'))
      if (posts.length !== 1) return `it was sent ${posts.length} times`
      const status = responses[1]?.status ?? 502
      return status >= 500 ? undefined : `answered ${status}`
    },
  },
  {
    id: 'connection-retry-unknown',
    title: 'never sends a method again that it does not know',
    cites: methods.noRetry,
    send: [to('/one'), { until: 'one' }, head('X-CHARGE / HTTP/1.1', hostLine)],
    upstream: [saying('one'), { send: '', after: 'end' }, saying('two')],
    responses: 2,
    afterwards: 'stop',
    expect: ({ requests }) => {
      const sent = requests.filter(({ startLine: line }) => line.startsWith('X-CHARGE'))
      return sent.length === 1 ? undefined : `it was sent ${sent.length} times`
    },
  },
]
