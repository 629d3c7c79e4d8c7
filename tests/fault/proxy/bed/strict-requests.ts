import { readChunks, readFields, Scan, ScanError, valuesOf } from './scan.ts'

export type Message = {
  method: string
  target: string
  /** Name, value, name, value … as they came. */
  fields: string[]
  body: string
}

/** What came, and how it goes on: with nothing, with a part of a message, or with something that is none. */
export type Reading = { messages: Message[]; rest: 'nothing' | 'part' | 'malformed' }

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const requestLine = new RegExp(`^(${token}) ([\\x21-\\x7e\\x80-\\xff]+) HTTP/1\\.1\\r\\n`)

/** Reads requests as RFC 9112 has them, and not one byte otherwise. Shares nothing with the proxy's parser. */
export function readRequests(text: string): Reading {
  const messages: Message[] = []
  const scan = new Scan(text)
  try {
    while (!scan.isAtEnd) messages.push(readRequest(scan))
    return { messages, rest: 'nothing' }
  } catch (error) {
    if (!(error instanceof ScanError)) throw error
    return { messages, rest: error.isShort ? 'part' : 'malformed' }
  }
}

function readRequest(scan: Scan): Message {
  const [method = '', target = ''] = scan.line(requestLine)
  const fields = readFields(scan, { spaced: false })
  return { method, target, fields, body: readBody(scan, fields) }
}

function readBody(scan: Scan, fields: readonly string[]): string {
  const lengths = valuesOf(fields, 'content-length')
  const codings = valuesOf(fields, 'transfer-encoding')
  if (lengths.length + codings.length > 1) throw new ScanError(false)
  if (codings.length > 0) {
    if (codings[0]?.toLowerCase() !== 'chunked') throw new ScanError(false)
    return readChunks(scan)
  }
  const [length = '0'] = lengths
  if (!/^\d{1,15}$/.test(length)) throw new ScanError(false)
  return scan.bytes(Number(length))
}
