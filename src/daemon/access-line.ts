import { z } from 'zod'
import type { EgressAccess } from '../egress/egress-context.ts'
import { describeTarget } from '../egress/target.ts'
import type { AccessEntry } from '../proxy/access-entry.ts'

const accessLineSchema = z.object({
  time: z.string(),
  /** `in`: a request to a service of the run; `out`: what the run asked for through the egress proxy. */
  direction: z.enum(['in', 'out']),
  /** The service, or the host and port outside. */
  peer: z.string(),
  method: z.string(),
  /** Without the values of the query; absent where only a tunnel was asked for. */
  path: z.string().optional(),
  /** What the client got; 0: it left before there was an answer. */
  status: z.number(),
  /** Of the body, or of both directions of a tunnel. */
  bytes: z.number(),
  durationMs: z.number(),
  /** Why it was refused or failed, and what helps. */
  reason: z.string().optional(),
  fix: z.string().optional(),
})

/** A line of a run's access log. */
export type AccessLine = z.infer<typeof accessLineSchema>

/** Undefined for a line that is none: the last one may be cut off. */
export function decodeAccessLine(json: string): AccessLine | undefined {
  try {
    return accessLineSchema.parse(JSON.parse(json))
  } catch {
    return undefined
  }
}

/** Of a request that the routing proxy passed to a service. */
export function lineOfRequest(entry: AccessEntry): AccessLine {
  const { hostBlock } = entry
  return {
    time: new Date(entry.atMs).toISOString(),
    direction: 'in',
    peer: entry.service,
    method: entry.method,
    path: withoutValues(pathOf(entry.target)),
    status: entry.status,
    bytes: entry.bodyBytes,
    durationMs: rounded(entry.durationMs),
    ...(hostBlock === undefined
      ? {}
      : { reason: `${hostBlock.framework} refused the host`, fix: hostBlock.remedy }),
  }
}

/** Of what a run asked for outside. */
export function lineOfEgress(access: EgressAccess): AccessLine {
  const { path, reason } = access
  return {
    time: new Date(access.timeMs).toISOString(),
    direction: 'out',
    peer: describeTarget(access),
    method: access.method,
    ...(path === undefined ? {} : { path }),
    status: access.status,
    bytes: access.bytesUp + access.bytesDown,
    durationMs: rounded(access.durationMs),
    ...(reason === undefined ? {} : { reason }),
  }
}

/** Tenths of a millisecond. */
function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}

/** The values of a query may be secrets; its names tell requests apart. */
function withoutValues(target: string): string {
  const [path = '', ...query] = target.split('?')
  if (query.length === 0) return path
  return `${path}?${query.join('?').replaceAll(/=[^&]*/g, '=…')}`
}

/** Of an absolute form only the path: the host is known. */
function pathOf(target: string): string {
  return target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '') || '/'
}
