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
const fieldLine = new RegExp(`^(${token}):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*)\\r\\n`)
const chunkLine = /^([0-9A-Fa-f]{1,12})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?\r\n/

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

class ScanError extends Error {
  readonly isShort: boolean

  constructor(isShort: boolean) {
    super(isShort ? 'too short' : 'malformed')
    this.isShort = isShort
  }
}

class Scan {
  #rest: string

  constructor(text: string) {
    this.#rest = text
  }

  get isAtEnd(): boolean {
    return this.#rest === ''
  }

  startsWith(text: string): boolean {
    return this.#rest.startsWith(text)
  }

  line(pattern: RegExp): string[] {
    const match = pattern.exec(this.#rest)
    if (match === null) throw new ScanError(!this.#rest.includes('\r\n'))
    this.#rest = this.#rest.slice(match[0].length)
    return match.slice(1).map((part) => part ?? '')
  }

  bytes(length: number): string {
    if (this.#rest.length < length) throw new ScanError(true)
    const taken = this.#rest.slice(0, length)
    this.#rest = this.#rest.slice(length)
    return taken
  }
}

function readRequest(scan: Scan): Message {
  const [method = '', target = ''] = scan.line(requestLine)
  const fields = readFields(scan)
  return { method, target, fields, body: readBody(scan, fields) }
}

function readFields(scan: Scan): string[] {
  const fields: string[] = []
  while (!scan.startsWith('\r\n')) {
    const [name = '', value = ''] = scan.line(fieldLine)
    fields.push(name, value.replace(/[ \t]+$/, ''))
  }
  scan.bytes(2)
  return fields
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

function readChunks(scan: Scan): string {
  let body = ''
  for (;;) {
    const [size = ''] = scan.line(chunkLine)
    const length = Number.parseInt(size, 16)
    if (length === 0) break
    body += scan.bytes(length)
    scan.line(/^\r\n/)
  }
  readFields(scan)
  return body
}

function valuesOf(fields: readonly string[], lowerName: string): string[] {
  return fields.filter(
    (_, index) => index % 2 === 1 && fields[index - 1]?.toLowerCase() === lowerName,
  )
}
