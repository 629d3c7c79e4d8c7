import { readChunks, readFields, Scan, ScanError, valuesOf } from './scan.ts'

/** A response as a strict reader has it; `more`: bytes came after it. */
export type Response =
  | { kind: 'whole'; status: string; body: string; more: boolean }
  | { kind: 'part' }
  | { kind: 'malformed' }

const statusLine = /^HTTP\/1\.(\d) (\d{3})(?: [\t\x20-\x7e\x80-\xff]*)?\r\n/

/**
 * Reads the final response, past the interim ones. `ending`: how the connection ended after the text, which may be the end of
 * the body. `spaced`: a blank before a colon is no mistake.
 */
export function readResponse(
  text: string,
  options: { isHead: boolean; ending: 'end' | 'reset'; spaced: boolean },
): Response {
  const scan = new Scan(text)
  try {
    for (;;) {
      const [minor = '', status = ''] = scan.line(statusLine)
      const framing = readFraming(readFields(scan, options), minor)
      if (status === '101') throw new ScanError(false)
      if (status.startsWith('1')) continue
      const hasBody = !options.isHead && status !== '204' && status !== '304'
      const body = hasBody ? readBody(scan, framing, options.ending) : ''
      return { kind: 'whole', status, body, more: !scan.isAtEnd }
    }
  } catch (error) {
    if (!(error instanceof ScanError)) throw error
    return { kind: error.isShort ? 'part' : 'malformed' }
  }
}

type Framing = { isChunked: boolean; length: number | undefined }

/** What the fields say about the end of the body; a field that may be read in two ways is a mistake (RFC 9112 §6). */
function readFraming(fields: readonly string[], minor: string): Framing {
  const lengths = new Set(valuesOf(fields, 'content-length'))
  const codings = valuesOf(fields, 'transfer-encoding')
  if (lengths.size > 1 || codings.length > 1) throw new ScanError(false)
  const [length] = lengths
  const [coding] = codings
  if (coding === undefined) return { isChunked: false, length: readLength(length) }
  if (length !== undefined || minor === '0' || coding.toLowerCase() !== 'chunked')
    throw new ScanError(false)
  return { isChunked: true, length: undefined }
}

function readLength(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,15}$/.test(text)) throw new ScanError(false)
  return Number(text)
}

function readBody(scan: Scan, { isChunked, length }: Framing, ending: 'end' | 'reset'): string {
  if (isChunked) return readChunks(scan)
  if (length !== undefined) return scan.bytes(length)
  if (ending === 'reset') throw new ScanError(true)
  return scan.toEnd()
}
