const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const fieldLine = new RegExp(`^(${token}):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*)\\r\\n`)
/** In a response a proxy has to mend it (RFC 9112 §5.1). */
const spacedFieldLine = new RegExp(`^(${token})[ \\t]*:[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*)\\r\\n`)
const quotedText = String.raw`"(?:[\t !\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"`
/** RFC 9112 §7.1.1: extensions are names, each with a token or a quoted text, or without. */
const chunkLine = new RegExp(
  String.raw`^([0-9A-Fa-f]{1,12})(?:[ \t]*;[ \t]*${token}(?:[ \t]*=[ \t]*(?:${token}|${quotedText}))?)*\r\n`,
)

/** The text ends too early, or is not what it must be. */
export class ScanError extends Error {
  readonly isShort: boolean

  constructor(isShort: boolean) {
    super(isShort ? 'too short' : 'malformed')
    this.isShort = isShort
  }
}

/** Reads a text from its start, by lines of a pattern and by length. */
export class Scan {
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

  toEnd(): string {
    return this.bytes(this.#rest.length)
  }
}

/** Name, value, name, value … up to the empty line. */
export function readFields(scan: Scan, { spaced }: { spaced: boolean }): string[] {
  const fields: string[] = []
  while (!scan.startsWith('\r\n')) {
    const [name = '', value = ''] = scan.line(spaced ? spacedFieldLine : fieldLine)
    fields.push(name, value.replace(/[ \t]+$/, ''))
  }
  scan.bytes(2)
  return fields
}

/** The data of a chunked body. Its trailers must not be about its length or its place (RFC 9110 §6.5.1). */
export function readChunks(scan: Scan): string {
  let body = ''
  for (;;) {
    const [size = ''] = scan.line(chunkLine)
    const length = Number.parseInt(size, 16)
    if (length === 0) break
    body += scan.bytes(length)
    scan.line(/^\r\n/)
  }
  const trailers = readFields(scan, { spaced: false })
  for (const name of ['content-length', 'transfer-encoding', 'host'])
    if (valuesOf(trailers, name).length > 0) throw new ScanError(false)
  return body
}

/** The values of all fields of a name. */
export function valuesOf(fields: readonly string[], lowerName: string): string[] {
  return fields.filter(
    (_, index) => index % 2 === 1 && fields[index - 1]?.toLowerCase() === lowerName,
  )
}
