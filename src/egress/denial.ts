import { STATUS_CODES } from 'node:http'
import { errorCode, messageOf } from '../lib/errors.ts'
import type { Target } from './target.ts'
import { describeTarget } from './target.ts'

/** An answer of the proxy itself: refused by rule, or failed on the way. */
export type Denial = {
  kind: 'refused' | 'failed'
  status: 400 | 403 | 405 | 408 | 502 | 503 | 504
  what: string
  fix?: string
}

/** The one line of text that the run's programs show or log. */
export function denialText({ kind, what, fix }: Denial): string {
  return `agent: ${kind}: ${what}${fix === undefined ? '' : `; ${fix}`}\n`
}

/** The header by which programs and people tell the proxy's answers from the origin's. */
export function denialHeaders(denial: Denial): [string, string][] {
  return [
    ['X-Agent-Egress', denial.kind],
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Length', String(Buffer.byteLength(denialText(denial)))],
    ['Connection', 'close'],
  ]
}

/** A whole answer as bytes, for connections that no longer speak through the HTTP server. */
export function denialMessage(denial: Denial): string {
  const fields = denialHeaders(denial).map(([name, value]) => `${name}: ${value}\r\n`)
  const line = `HTTP/1.1 ${denial.status} ${STATUS_CODES[denial.status]}\r\n`
  return `${line}${fields.join('')}\r\n${denialText(denial)}`
}

const REASONS = new Map([
  ['ECONNREFUSED', 'nothing listens there (connection refused)'],
  ['ECONNRESET', 'the connection was reset'],
  ['EHOSTUNREACH', 'no way to that host'],
  ['ENETUNREACH', 'no way to that network'],
  ['ENOTFOUND', 'no such host name'],
  ['EAI_NONAME', 'no such host name'],
  ['ENODATA', 'the name has no address'],
  ['DNS_ENOTFOUND', 'no such host name'],
  ['DNS_ENODATA', 'the name has no address'],
  ['EAI_AGAIN', 'the name service does not answer'],
  ['DNS_ETIMEOUT', 'the name service does not answer'],
  ['ETIMEDOUT', 'it does not answer'],
])

/** What a failed look-up or connection means for the run: 504 when time ran out, otherwise 502. */
export function failureOf(error: unknown, target: Target): Denial {
  const code = errorCode(error) ?? ''
  const isTimeout = code === 'ETIMEDOUT' || code === 'DNS_ETIMEOUT'
  return {
    kind: 'failed',
    status: isTimeout ? 504 : 502,
    what: `${describeTarget(target)}: ${REASONS.get(code) ?? messageOf(error)}`,
  }
}
