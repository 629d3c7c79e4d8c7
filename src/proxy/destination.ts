import type { RoutedHost, ServiceDestination } from './host-routing.ts'
import type { PageSubject } from './pages/page-request.ts'
import type { RefusalStatus } from './refusal.ts'
import type { RequestHead } from './request-head.ts'
import type { RequestLine } from './request-line.ts'

/** Where a request goes. */
export type Destination =
  | ServiceDestination
  | { kind: 'page'; subject: PageSubject }
  | { kind: 'refusal'; status: RefusalStatus }

/** A request that passed here this often goes round in a circle. */
const ownPassesMax = 3

const pathLengthMax = 64

/** Decides where a request goes that was understood. */
export function chooseDestination(
  bytes: Buffer,
  head: RequestHead,
  { match, service, isOutOfReach }: RoutedHost,
): Destination {
  const { method } = head.requestLine
  if (method === 'CONNECT') return { kind: 'refusal', status: 501 }
  // Servers that know TRACE has no body would read it as the next request (RFC 9110 §9.3.8).
  if (method === 'TRACE' && head.hasBody) return { kind: 'refusal', status: 400 }
  if (match.kind === 'malformed') return { kind: 'refusal', status: 400 }
  if (match.kind === 'foreign') return page({ kind: 'foreign-host', host: match.host })
  if (isOutOfReach) return page({ kind: 'out-of-reach' })
  if (head.maxForwards === 0) return page({ kind: 'last-hop' })
  if (service !== undefined) return head.ownPasses < ownPassesMax ? service : loopPage(service)
  if (match.kind === 'unknown-agent') return page(match)
  if (match.kind === 'unknown-service') {
    const { kind, agent, service: name, nearest } = match
    return page({ kind, agent, service: name, nearest })
  }
  const agent = match.kind === 'agent' ? match.agent : undefined
  return page({ kind: 'index', agent, path: pathOf(bytes, head.requestLine) })
}

function loopPage({ route }: ServiceDestination): Destination {
  return page({ kind: 'loop', agent: route.agent, service: route.service })
}

function page(subject: PageSubject): Destination {
  return { kind: 'page', subject }
}

/** The path without its query, as far as it can matter: pages of our own have short names. */
function pathOf(bytes: Buffer, line: RequestLine): string {
  const start = line.isAbsolute ? line.authorityEnd : line.targetStart
  const end = Math.min(line.targetEnd, start + pathLengthMax)
  const [path = ''] = bytes.toString('latin1', start, end).split('?', 1)
  return path === '' ? '/' : path
}
