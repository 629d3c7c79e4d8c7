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

export const hostLine = 'Host: web.fault.localhost'
export const getRequest = head('GET / HTTP/1.1', hostLine, 'Connection: close')
export const upgrade = head('GET / HTTP/1.1', hostLine, 'Connection: Upgrade', 'Upgrade: echo')

export const sized = head('HTTP/1.1 200 OK', 'Content-Length: 9')
export const chunked = head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')
export const unsized = head('HTTP/1.1 200 OK')

/** Answers with `text`; when the client has what `seen` says, goes on with `then`. */
export function answer(
  text: string,
  then: 'reset' | 'finish',
  seen?: string,
): UpstreamFault['upstream'] {
  return async (upstream, client) => {
    await upstream.head()
    upstream.send(text)
    if (seen !== undefined) await client.waitFor(() => client.buffered.includes(seen), seen)
    upstream[then]()
  }
}
