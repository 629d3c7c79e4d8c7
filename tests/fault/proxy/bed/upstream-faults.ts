import { head } from '../../../integration/proxy/bed/proxy-bed.ts'
import { timingFaults, uploadFaults } from './timing-faults.ts'
import { answer, chunked, sized, unsized, upgrade, type UpstreamFault } from './upstream-fault.ts'

const resets: UpstreamFault[] = [
  {
    name: 'reset before it reads the request',
    upstream: async (upstream) => upstream.reset(),
    gets: '502 whole',
  },
  { name: 'reset in place of an answer', upstream: answer('', 'reset'), gets: '502 whole' },
  {
    name: 'reset within the status line',
    upstream: answer('HTTP/1.1 20', 'reset'),
    gets: '502 whole',
  },
  {
    name: 'reset within the head',
    upstream: answer(sized.slice(0, 30), 'reset'),
    gets: '502 whole',
  },
  {
    name: 'reset after the head',
    upstream: answer(sized, 'reset', '\r\n\r\n'),
    gets: '200 cut, end',
  },
  {
    name: 'reset within a body of known length',
    upstream: answer(`${sized}half`, 'reset', 'half'),
    gets: '200 cut, end',
  },
  {
    name: 'reset within a chunk',
    upstream: answer(`${chunked}9\r\nhalf`, 'reset', 'half'),
    gets: '200 cut, end',
  },
  {
    name: 'reset between chunks',
    upstream: answer(`${chunked}4\r\nhalf\r\n`, 'reset', 'half\r\n'),
    gets: '200 cut, end',
  },
  {
    name: 'reset within a body that ends with the connection',
    upstream: answer(`${unsized}half`, 'reset', 'half'),
    gets: '200 cut, reset',
  },
  {
    name: 'reset after an interim response',
    upstream: answer(head('HTTP/1.1 103 Early Hints'), 'reset', '103'),
    gets: '103, 502 whole',
  },
  {
    name: 'reset of a tunnel',
    request: upgrade,
    upstream: answer(
      head('HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: echo'),
      'reset',
      '101',
    ),
    gets: '101 cut, reset',
  },
]

const ends: UpstreamFault[] = [
  {
    name: 'end before it reads the request',
    upstream: async (upstream) => upstream.finish(),
    gets: '502 whole',
  },
  { name: 'end in place of an answer', upstream: answer('', 'finish'), gets: '502 whole' },
  {
    name: 'end within the head',
    upstream: answer(sized.slice(0, 30), 'finish'),
    gets: '502 whole',
  },
  {
    name: 'end within a body of known length',
    upstream: answer(`${sized}half`, 'finish'),
    gets: '200 cut, end',
  },
  {
    name: 'end within a chunk',
    upstream: answer(`${chunked}9\r\nhalf`, 'finish'),
    gets: '200 cut, end',
  },
  {
    name: 'end of a body that ends with the connection',
    upstream: answer(`${unsized}all`, 'finish'),
    gets: '200 whole',
  },
  {
    name: 'end of a tunnel',
    request: upgrade,
    upstream: answer(
      head('HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: echo'),
      'finish',
      '101',
    ),
    gets: '101 whole',
  },
]

const framing: UpstreamFault[] = [
  {
    name: 'a bad chunk with the head',
    upstream: answer(`${chunked}xyz\r\n`, 'finish'),
    gets: '502 whole',
  },
  {
    name: 'a bad chunk after good ones',
    upstream: async (upstream, client) => {
      await upstream.head()
      upstream.send(`${chunked}4\r\nhalf\r\n`)
      await client.waitFor(() => client.buffered.includes('half\r\n'), 'the first chunk')
      upstream.send('xyz\r\n')
    },
    gets: '200 cut, end',
  },
  {
    name: 'a chunk longer than it says',
    upstream: answer(`${chunked}2\r\nhalf\r\n0\r\n\r\n`, 'finish'),
    gets: '502 whole',
  },
  { name: 'no HTTP at all', upstream: answer('SSH-2.0-x\r\n', 'finish'), gets: '502 whole' },
  {
    name: 'an endless head',
    upstream: answer(`HTTP/1.1 200 OK\r\nA: ${'a'.repeat(300_000)}`, 'finish'),
    gets: '502 whole',
  },
  {
    name: 'two lengths',
    upstream: answer(head('HTTP/1.1 200 OK', 'Content-Length: 2', 'Content-Length: 3'), 'finish'),
    gets: '502 whole',
  },
  {
    name: 'another protocol that nobody asked for',
    upstream: answer(head('HTTP/1.1 101 Switching Protocols', 'Upgrade: x'), 'finish'),
    gets: '502 whole',
  },
  {
    name: 'bytes after the response',
    upstream: answer(`${sized}all of itHTTP/1.1 200 OK\r\n`, 'finish'),
    gets: '200 whole',
  },
]

/** What an upstream can do wrong, and when. */
export const upstreamFaults: readonly UpstreamFault[] = [
  ...resets,
  ...ends,
  ...framing,
  ...timingFaults,
  ...uploadFaults,
]
