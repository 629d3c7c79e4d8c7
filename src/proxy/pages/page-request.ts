import { z } from 'zod'

const condition = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('starting'), sinceMs: z.number(), listens: z.boolean() }),
  z.object({ kind: z.literal('stopped') }),
  z.object({ kind: z.literal('exited'), exitCode: z.number() }),
  z.object({ kind: z.literal('not-listening') }),
  z.object({ kind: z.literal('loopback-only') }),
  z.object({ kind: z.literal('not-published') }),
  z.object({ kind: z.literal('unreachable'), reason: z.string() }),
  z.object({ kind: z.literal('unknown') }),
])

const failure = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('refused') }),
  z.object({ kind: z.literal('closed') }),
  z.object({ kind: z.literal('unreachable'), reason: z.string() }),
  z.object({ kind: z.literal('connect-timeout') }),
  z.object({ kind: z.literal('bad-response'), reason: z.string() }),
])

const named = { agent: z.string(), service: z.string() }

const subject = z.discriminatedUnion('kind', [
  /** The index of everything, or of one agent; `path`, without a query, tells the page from its events. */
  z.object({ kind: z.literal('index'), agent: z.string().optional(), path: z.string() }),
  z.object({
    kind: z.literal('unknown-agent'),
    agent: z.string(),
    nearest: z.string().optional(),
  }),
  z.object({ kind: z.literal('unknown-service'), ...named, nearest: z.string().optional() }),
  z.object({ kind: z.literal('foreign-host'), host: z.string() }),
  /** From within a run, and no name of that run. */
  z.object({ kind: z.literal('out-of-reach') }),
  z.object({ kind: z.literal('head-too-large'), limitBytes: z.number() }),
  z.object({ kind: z.literal('loop'), ...named }),
  z.object({ kind: z.literal('saturated'), ...named, what: z.enum(['requests', 'tunnels']) }),
  /** The service did not answer; `port` is the one inside the container, or the static route's. */
  z.object({
    kind: z.literal('no-answer'),
    ...named,
    isStatic: z.boolean(),
    port: z.number(),
    failure,
    condition,
    /** It has never answered and its run is young: 503, not 502. */
    isStarting: z.boolean(),
  }),
  /** TRACE or OPTIONS that was to come this far and no further (RFC 9110 §7.6.2). */
  z.object({ kind: z.literal('last-hop') }),
])

const pageRequest = z.object({
  subject,
  method: z.string(),
  /** How the client reaches the proxy, for links. */
  scheme: z.enum(['http', 'https']),
  /** Empty for the scheme's own port. */
  port: z.string(),
})

/** What a page is about. */
export type PageSubject = z.infer<typeof subject>

/** What the data plane asks the page server for, in place of the client's own request. */
export type PageRequest = z.infer<typeof pageRequest>

/** The request target that carries a page request. */
export function encodePageRequest(request: PageRequest): string {
  return `/?page=${encodeURIComponent(JSON.stringify(request))}`
}

/** Reads a target made by {@link encodePageRequest}; undefined when it is something else. */
export function decodePageRequest(url: string): PageRequest | undefined {
  const text = URL.parse(url)?.searchParams.get('page')
  if (text === undefined || text === null) return undefined
  try {
    return pageRequest.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
