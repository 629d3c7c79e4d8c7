import type { IncomingMessage } from 'node:http'
import { type Field, fieldValues } from './response-reader.ts'
import type { HttpTarget } from './target.ts'

/** Fields that concern one connection only (RFC 9110 §7.6.1), and those meant for a proxy. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The fields that go on to the other side: all but the hop-by-hop ones and those that Connection names. */
export function endToEndFields(fields: readonly Field[]): Field[] {
  const named = new Set(
    fieldValues(fields, 'connection').flatMap((value) =>
      value.split(',').map((token) => token.trim().toLowerCase()),
    ),
  )
  return fields.filter(([name]) => {
    const key = name.toLowerCase()
    return !HOP_BY_HOP.has(key) && !(named.has(key) && key !== 'content-length')
  })
}

/** The fields of a message of node:http in the sender's spelling and order. */
function requestFields({ rawHeaders }: IncomingMessage): Field[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
  )
}

/** Whether the request has a body whose length is not known in advance. */
export function isChunked(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined
}

/**
 * The head as the origin gets it (RFC 9112 §3.2.1): path only, Host from the target whatever the run wrote
 * (§3.2.2), one request per connection.
 * @param hop what concerns this connection: `Connection: close`, or the fields of an upgrade
 */
export function originRequestHead(
  request: IncomingMessage,
  target: HttpTarget,
  hop: readonly Field[],
): string {
  const isBracketed = target.host.includes(':')
  const name = isBracketed ? `[${target.host}]` : target.host
  const host = target.port === 80 ? name : `${name}:${target.port}`
  const passed = endToEndFields(requestFields(request)).filter(
    ([key]) => key.toLowerCase() !== 'host',
  )
  const framing: Field[] = isChunked(request) ? [['Transfer-Encoding', 'chunked']] : []
  const kept = framing.length === 0 ? passed : withoutLength(passed)
  const fields: Field[] = [['Host', host], ...kept, ...framing, ...hop]
  const lines = fields.map(([key, value]) => `${key}: ${value}\r\n`)
  return `${request.method ?? 'GET'} ${target.path} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** A message with both framings is an attempt to be read two ways (RFC 9112 §6.3). */
function withoutLength(fields: readonly Field[]): Field[] {
  return fields.filter(([key]) => key.toLowerCase() !== 'content-length')
}
