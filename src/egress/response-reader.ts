import { type ByteSource, endedEarly, invalidAnswer } from './byte-source.ts'

export type Field = readonly [name: string, value: string]

/** A response head as it came: names in the origin's spelling, repeated fields kept apart. */
export type OriginResponse = { status: number; reason: string; fields: readonly Field[] }

/** How the end of a body is found (RFC 9112 §6.3). */
export type BodyFraming =
  | { kind: 'none' }
  | { kind: 'length'; bytes: number }
  | { kind: 'chunked' }
  | { kind: 'until-close' }

const HEAD_MAX_BYTES = 128 * 1024
const CHUNK_LINE_MAX_BYTES = 4096

/** Reads one response head, a 1xx one included; rejects when it is no HTTP/1 (`code` EINVALIDANSWER) or cut short. */
export async function readResponseHead(source: ByteSource): Promise<OriginResponse> {
  const head = await source.until('\r\n\r\n', HEAD_MAX_BYTES)
  const [first = '', ...lines] = head.split('\r\n')
  const [, status = '', reason = ''] = /^HTTP\/1\.\d (\d{3})(?: (.*))?$/.exec(first) ?? []
  if (status === '') throw invalidAnswer('is not HTTP/1')
  return { status: Number(status), reason, fields: lines.map(parseField) }
}

function parseField(line: string): Field {
  const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
  // Exactly these bytes would end or split a field.
  if (name === '' || /[\0\r\n]/.test(value)) throw invalidAnswer('is not a header field')
  return [name, value]
}

/** All values of a field. */
export function fieldValues(fields: readonly Field[], name: string): string[] {
  return fields.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
}

/** RFC 9112 §6.3: what follows a final response head. */
export function responseFraming(method: string, { status, fields }: OriginResponse): BodyFraming {
  if (method === 'HEAD' || status === 204 || status === 304) return { kind: 'none' }
  const codings = fieldValues(fields, 'transfer-encoding').join(',').toLowerCase()
  if (codings !== '')
    return /(?:^|,)\s*chunked\s*$/.test(codings) ? { kind: 'chunked' } : { kind: 'until-close' }
  const lengths = new Set(
    fieldValues(fields, 'content-length').flatMap((value) => value.split(/\s*,\s*/)),
  )
  const [length] = lengths
  if (length === undefined) return { kind: 'until-close' }
  if (lengths.size > 1 || !/^\d{1,15}$/.test(length)) throw invalidAnswer('has no clear length')
  return { kind: 'length', bytes: Number(length) }
}

/** The body's bytes without framing; rejects when the connection ends before the body does. */
export async function* readBody(source: ByteSource, framing: BodyFraming): AsyncGenerator<Buffer> {
  switch (framing.kind) {
    case 'none':
      return
    case 'length':
      yield* readExactly(source, framing.bytes)
      return
    case 'chunked':
      yield* readChunked(source)
      return
    case 'until-close':
      for (let bytes = await source.next(); bytes !== undefined; bytes = await source.next())
        yield bytes
  }
}

async function* readExactly(source: ByteSource, bytes: number): AsyncGenerator<Buffer> {
  for (let left = bytes; left > 0;) {
    const piece = await source.nextAtMost(left)
    if (piece === undefined) throw endedEarly()
    left -= piece.length
    yield piece
  }
}

/** RFC 9112 §7.1. Extensions and trailers are read and dropped. */
async function* readChunked(source: ByteSource): AsyncGenerator<Buffer> {
  for (;;) {
    const line = await source.until('\r\n', CHUNK_LINE_MAX_BYTES)
    const size = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1]
    if (size === undefined) throw invalidAnswer('is not a chunk')
    const bytes = Number.parseInt(size, 16)
    if (bytes === 0) break
    yield* readExactly(source, bytes)
    if ((await source.until('\r\n', 2)) !== '') throw invalidAnswer('is not a chunk')
  }
  while ((await source.until('\r\n', CHUNK_LINE_MAX_BYTES)) !== '');
}
