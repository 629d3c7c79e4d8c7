import { z } from 'zod'

/**
 * The control protocol: JSON Lines over the daemon's Unix socket (0600 in a 0700 folder, so the file
 * system decides who may speak). A request has an id; each gets one response with the same id. A new
 * version may add methods and fields, never change or remove them: an older command must be able to
 * talk to a newer daemon.
 */
export const portSourceSchema = z.enum(['default', 'asked'])

/** Whether a port was the user's wish or only the default: the two meet a busy port differently. */
export type PortSource = z.infer<typeof portSourceSchema>

const runtimeKindSchema = z.enum(['docker', 'apple', 'embedded'])

export const requestSchema = z.discriminatedUnion('method', [
  z.object({ id: z.number(), method: z.literal('hello') }),
  /** Follow the containers of a runtime; returns once nothing that happens from now on is missed. */
  z.object({
    id: z.number(),
    method: z.literal('watch'),
    runtime: runtimeKindSchema,
    endpoint: z.string(),
  }),
  /** Take over a run that is running now: clean up when it ends. */
  z.object({ id: z.number(), method: z.literal('supervise'), runId: z.string() }),
  /** As `supervise`, and this connection's end is the order to stop the run. */
  z.object({ id: z.number(), method: z.literal('hold'), runId: z.string() }),
  z.object({ id: z.number(), method: z.literal('release'), runId: z.string() }),
  /** Have the routing proxy listen; the answer holds the port it really listens on. */
  z.object({
    id: z.number(),
    method: z.literal('proxy.ensure'),
    port: z.number(),
    source: portSourceSchema,
    /** Started by name (`agent proxy start`): stays until `agent proxy stop`. */
    pin: z.boolean(),
  }),
  /** Have it answer the programs inside the runs of a runtime as well; the answer holds the address, if any. */
  z.object({
    id: z.number(),
    method: z.literal('proxy.inside'),
    runtime: runtimeKindSchema,
    endpoint: z.string(),
    /** Absent: the one that runs share. */
    network: z.string().optional(),
  }),
  /** Have the egress proxy of a run listen on the gateway of its own network; the answer holds where. */
  z.object({ id: z.number(), method: z.literal('egress.open'), runId: z.string() }),
  z.object({ id: z.number(), method: z.literal('proxy.stop') }),
  z.object({ id: z.number(), method: z.literal('proxy.status') }),
  /** End without touching a run, so that another daemon can take over. */
  z.object({ id: z.number(), method: z.literal('handover') }),
])

export type ControlRequest = z.infer<typeof requestSchema>

export const responseSchema = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z
    .object({ what: z.string(), fixes: z.array(z.string()), exitCode: z.number() })
    .optional(),
})

export type ControlResponse = z.infer<typeof responseSchema>

export const helloSchema = z.object({
  nonce: z.string(),
  version: z.string(),
  pid: z.number(),
  /** A service manager starts it again when it hands over. */
  service: z.boolean().optional(),
})

export type Hello = z.infer<typeof helloSchema>

export const insideAddressSchema = z.object({ address: z.string().optional() })

export const egressPlaceSchema = z.object({ address: z.string(), port: z.number() })

export const proxyPortSchema = z.object({ port: z.number() })

export const proxyStatusSchema = z.object({
  listening: z.boolean(),
  port: z.number().optional(),
  addresses: z.array(z.string()),
  pinned: z.boolean(),
  pid: z.number(),
  version: z.string(),
  uptimeMs: z.number(),
  routes: z.number(),
  requests: z.number(),
  /** Requests answered with 502, 503 or 504 because of their upstream. Absent from an older daemon, as are the next two. */
  failures: z.number().optional(),
  openConnections: z.number(),
  tunnels: z.number(),
  /** Connections to upstreams, tunnels not counted, and how many of them are unused. */
  upstreamConnections: z.number().optional(),
  idleUpstreamConnections: z.number().optional(),
  service: z.boolean().optional(),
})

export type ProxyStatus = z.infer<typeof proxyStatusSchema>
