import { byte } from './byte-class.ts'
import { endLines, type ForwardedFields } from './forwarded-fields.ts'
import type { RequestHead } from './request-head.ts'

/** The most that {@link writeRequestHead} adds to what came in. */
export const addedBytesMax = 4 * 1024

/**
 * Writes the head that goes to the upstream: the client's lines byte for byte and in their order,
 * without those for its own hop, then ours. Removing comes first, so that
 * `Connection: x-forwarded-for` cannot take away what we add (RFC 9110 §7.6.1).
 * Returns the length; `out` must have room for the head and {@link addedBytesMax}.
 */
export function writeRequestHead(
  out: Buffer,
  bytes: Buffer,
  head: RequestHead,
  forwarded: ForwardedFields,
): number {
  let length = writeRequestLine(out, bytes, head)
  let from = head.fieldsStart
  const kept = head.wantsTunnel ? head.upgradeEdit : -1
  for (let i = 0; i < head.editCount; i++) {
    if (i === kept) continue
    length += bytes.copy(out, length, from, head.edits[2 * i])
    if (i === head.forwardedForEdit) length += out.write(`, ${forwarded.address}`, length, 'latin1')
    from = head.edits[2 * i + 1] ?? 0
  }
  length += bytes.copy(out, length, from, head.end - 2)
  if (head.wantsTunnel) length += out.write('Connection: Upgrade\r\n', length, 'latin1')
  if (head.acceptsTrailers) {
    length += out.write('TE: trailers\r\nConnection: TE\r\n', length, 'latin1')
  }
  if (head.maxForwards > 0) {
    length += out.write(`Max-Forwards: ${head.maxForwards - 1}\r\n`, length, 'latin1')
  }
  return length + writeForwarded(out, length, head, forwarded)
}

/** The target stays as it is; only an absolute one loses its host to the Host line (RFC 9112 §3.2.2). */
function writeRequestLine(out: Buffer, bytes: Buffer, head: RequestHead): number {
  const line = head.requestLine
  let length: number
  if (line.isAbsolute) {
    length = bytes.copy(out, 0, head.start, line.targetStart)
    if (line.authorityEnd === line.targetEnd) {
      out[length++] = line.method === 'OPTIONS' ? byte.asterisk : byte.slash
    } else if (bytes[line.authorityEnd] === byte.question) {
      out[length++] = byte.slash
    }
    length += bytes.copy(out, length, line.authorityEnd, line.end)
  } else {
    length = bytes.copy(out, 0, head.start, line.end)
  }
  // We speak HTTP/1.1 to the upstream whatever the client speaks (RFC 9110 §2.5).
  out[length - '1\r\n'.length] = byte.one
  if (!line.isAbsolute) return length
  length += out.write('Host: ', length, 'latin1')
  length += bytes.copy(out, length, line.authorityStart, line.authorityEnd)
  return length + out.write('\r\n', length, 'latin1')
}

/**
 * X-Forwarded-For is appended to. The other three tell one origin, the one the outermost hop was asked
 * for: once a trusted peer told any part of it, the port of ours must not be mixed in.
 */
function writeForwarded(
  out: Buffer,
  offset: number,
  head: RequestHead,
  forwarded: ForwardedFields,
): number {
  const { hasForwardedHost, hasForwardedProto, hasForwardedPort, forwardedForEdit } = head
  const hasOrigin = hasForwardedHost || hasForwardedProto || hasForwardedPort
  if (!hasOrigin && forwardedForEdit < 0 && head.minorVersion === 1) {
    out.set(forwarded.all, offset)
    return forwarded.all.length
  }
  let lines = ''
  if (forwardedForEdit < 0) lines += `X-Forwarded-For: ${forwarded.address}\r\n`
  if (!hasForwardedHost) lines += `X-Forwarded-Host: ${forwarded.host}\r\n`
  if (!hasForwardedProto) lines += 'X-Forwarded-Proto: http\r\n'
  if (!hasOrigin) lines += `X-Forwarded-Port: ${forwarded.port}\r\n`
  return out.write(lines + endLines(head.minorVersion), offset, 'latin1')
}
