import type { Peer } from '../../../integration/proxy/bed/peer.ts'
import { head } from '../../../integration/proxy/bed/proxy-bed.ts'

export type UpstreamFault = {
  name: string
  /** What the client sends at first; a GET unless it says something else. */
  request?: string
  /** What the upstream does with the request, and the client meanwhile. */
  upstream: (upstream: Peer, client: Peer) => Promise<unknown>
  /** What the client gets; see outcome.ts. */
  gets: string
}

const host = 'Host: web.fault.localhost'
export const getRequest = head('GET / HTTP/1.1', host, 'Connection: close')
const upload = head('POST / HTTP/1.1', host, 'Connection: close', 'Content-Length: 5000000')
const upgrade = head('GET / HTTP/1.1', host, 'Connection: Upgrade', 'Upgrade: echo')

const sized = head('HTTP/1.1 200 OK', 'Content-Length: 9')
const chunked = head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')
const unsized = head('HTTP/1.1 200 OK')
const tooLarge = head('HTTP/1.1 413 Content Too Large', 'Content-Length: 2').concat('no')

/** Answers with `text`; when the client has what `seen` says, goes on with `then`. */
function answer(text: string, then: 'reset' | 'finish', seen?: string): UpstreamFault['upstream'] {
  return async (upstream, client) => {
    await upstream.head()
    upstream.send(text)
    if (seen !== undefined) await client.waitFor(() => client.buffered.includes(seen), seen)
    upstream[then]()
  }
}

/** Has the client send a part of its upload, and answers before the rest of it. */
async function uploadPart(upstream: Peer, client: Peer): Promise<void> {
  await upstream.head()
  client.send('x'.repeat(1_000_000))
  await upstream.next(1_000_000)
}

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

const timing: UpstreamFault[] = [
  {
    name: 'a head byte by byte',
    upstream: async (upstream) => {
      await upstream.head()
      upstream.socket.setNoDelay(true)
      for (const letter of `${sized}all of it`) {
        upstream.send(letter)
        await new Promise(setImmediate)
      }
    },
    gets: '200 whole',
  },
  {
    name: 'a stall before the head, until the client leaves',
    upstream: async (upstream, client) => {
      await upstream.head()
      client.finish()
      await upstream.toEnd()
    },
    gets: 'nothing, reset',
  },
  {
    name: 'a stall within the body, until the client leaves',
    upstream: async (upstream, client) => {
      await upstream.head()
      upstream.send(`${sized}half`)
      await client.waitFor(() => client.buffered.includes('half'), 'half')
      client.finish()
      await upstream.toEnd()
    },
    gets: '200 cut, reset',
  },
  {
    name: 'the client sends FIN after its request',
    upstream: async (upstream, client) => {
      await upstream.head()
      client.finish()
      upstream.send(`${sized}all of it`)
    },
    gets: '200 whole',
  },
]

const uploads: UpstreamFault[] = [
  {
    name: 'an early answer, then end, during an upload',
    request: upload,
    upstream: async (upstream, client) => {
      await uploadPart(upstream, client)
      upstream.send(tooLarge).finish()
      client.send('x'.repeat(4_000_000))
    },
    gets: '413 whole',
  },
  {
    name: 'an early answer, then reset, during an upload',
    request: upload,
    upstream: async (upstream, client) => {
      await uploadPart(upstream, client)
      upstream.send(tooLarge)
      await client.waitFor(() => client.buffered.includes('no'), 'the answer')
      upstream.reset()
      client.send('x'.repeat(4_000_000))
    },
    gets: '413 whole',
  },
  {
    name: 'reset during an upload',
    request: upload,
    upstream: async (upstream, client) => {
      await uploadPart(upstream, client)
      upstream.reset()
      client.send('x'.repeat(4_000_000))
    },
    gets: '502 whole',
  },
  {
    name: 'the client leaves during its upload',
    request: upload,
    upstream: async (upstream, client) => {
      await uploadPart(upstream, client)
      client.finish()
      await upstream.toEnd()
    },
    gets: 'nothing, end',
  },
]

/** What an upstream can do wrong, and when. */
export const upstreamFaults: readonly UpstreamFault[] = [
  ...resets,
  ...ends,
  ...framing,
  ...timing,
  ...uploads,
]
