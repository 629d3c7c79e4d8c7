import type { Peer } from '../../../integration/proxy/bed/peer.ts'
import { head } from '../../../integration/proxy/bed/proxy-bed.ts'
import { hostLine, sized, type UpstreamFault } from './upstream-fault.ts'

const upload = head('POST / HTTP/1.1', hostLine, 'Connection: close', 'Content-Length: 5000000')
const tooLarge = head('HTTP/1.1 413 Content Too Large', 'Content-Length: 2').concat('no')

/** Has the client send a part of its upload, and answers before the rest of it. */
async function uploadPart(upstream: Peer, client: Peer): Promise<void> {
  await upstream.head()
  client.send('x'.repeat(1_000_000))
  await upstream.next(1_000_000)
}

/** An upstream, or its client, that is slow, early or gone. */
export const timingFaults: UpstreamFault[] = [
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

/** The same while the request is still being sent. */
export const uploadFaults: UpstreamFault[] = [
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
