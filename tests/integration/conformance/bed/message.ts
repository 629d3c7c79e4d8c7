export type Field = readonly [name: string, value: string]

/** One message as it stands in a stream of bytes (text is latin1). */
export type Message = {
  readonly startLine: string
  readonly fields: readonly Field[]
  /** The head as it was sent, with the empty line. */
  readonly head: string
  /** The content, without chunks. */
  readonly body: string
  readonly trailers: readonly Field[]
  readonly isComplete: boolean
  /** The framing makes no sense: nobody can tell where the message ends. */
  readonly isBroken: boolean
  /** Where the next message starts. */
  readonly end: number
}

/** How a body ends when neither Transfer-Encoding nor Content-Length says so. */
export type Unframed = 'no-body' | 'until-end' | 'until-end-that-came'

type Body = Pick<Message, 'body' | 'trailers' | 'isComplete' | 'isBroken' | 'end'>

const emptyLine = '\r\n\r\n'

/**
 * Reads the message that starts at `from`, as RFC 9112 §6.3 says; undefined as long as its head is not whole.
 * `hasNoBody`: the response to a HEAD, or a status without a body.
 */
export function readMessage(
  text: string,
  from: number,
  { hasNoBody, unframed }: { hasNoBody: boolean; unframed: Unframed },
): Message | undefined {
  const headEnd = text.indexOf(emptyLine, from)
  if (headEnd < 0) return undefined
  const [startLine = '', ...lines] = text.slice(from, headEnd).split('\r\n')
  const fields = lines.map(toField)
  const bodyStart = headEnd + emptyLine.length
  const body = hasNoBody ? nothing(bodyStart) : readBody(text, bodyStart, fields, unframed)
  return { startLine, fields, head: text.slice(from, bodyStart), ...body }
}

/** All values of a field, in order; `name` in any case. */
export function valuesOf(fields: readonly Field[], name: string): string[] {
  const lower = name.toLowerCase()
  return fields.filter(([each]) => each.toLowerCase() === lower).map(([, value]) => value)
}

/** The members of a field whose value is a list. */
export function membersOf(fields: readonly Field[], name: string): string[] {
  return valuesOf(fields, name)
    .flatMap((value) => value.split(','))
    .map((member) => member.trim())
    .filter((member) => member !== '')
}

function toField(line: string): Field {
  const colon = line.indexOf(':')
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).trim()]
}

function nothing(end: number): Body {
  return { body: '', trailers: [], isComplete: true, isBroken: false, end }
}

function broken(end: number): Body {
  return { body: '', trailers: [], isComplete: false, isBroken: true, end }
}

function readBody(text: string, start: number, fields: readonly Field[], unframed: Unframed): Body {
  const codings = membersOf(fields, 'transfer-encoding').map((coding) => coding.toLowerCase())
  const lengths = valuesOf(fields, 'content-length')
  if (codings.length > 0 && (codings.join() !== 'chunked' || lengths.length > 0)) {
    return broken(start)
  }
  if (codings.length > 0) return readChunks(text, start)
  const [length] = lengths
  if (length === undefined) return readUnframed(text, start, unframed)
  if (lengths.length > 1 || !/^\d{1,15}$/.test(length)) return broken(start)
  const end = start + Number(length)
  const body = text.slice(start, end)
  const isComplete = text.length >= end
  return { body, trailers: [], isComplete, isBroken: false, end: Math.min(end, text.length) }
}

function readUnframed(text: string, start: number, unframed: Unframed): Body {
  if (unframed === 'no-body') return nothing(start)
  const isComplete = unframed === 'until-end-that-came'
  return { body: text.slice(start), trailers: [], isComplete, isBroken: false, end: text.length }
}

/** RFC 9112 §7.1, to the letter: whatever else a proxy passes on, another server may read in another way. */
function readChunks(text: string, start: number): Body {
  let body = ''
  let position = start
  const unfinished = (isBroken: boolean): Body => {
    return { body, trailers: [], isComplete: false, isBroken, end: text.length }
  }
  for (;;) {
    const lineEnd = text.indexOf('\r\n', position)
    if (lineEnd < 0) return unfinished(false)
    const size = /^([\da-f]{1,12})[ \t]*(;[^\r\n\0]*)?$/i.exec(text.slice(position, lineEnd))?.[1]
    if (size === undefined) return unfinished(true)
    position = lineEnd + 2
    const length = Number.parseInt(size, 16)
    if (length === 0) break
    body += text.slice(position, position + length)
    position += length
    if (text.length < position + 2) return unfinished(false)
    if (!text.startsWith('\r\n', position)) return unfinished(true)
    position += 2
  }
  if (text.startsWith('\r\n', position)) {
    return { body, trailers: [], isComplete: true, isBroken: false, end: position + 2 }
  }
  const end = text.indexOf(emptyLine, position)
  if (end < 0) return unfinished(false)
  const trailers = text.slice(position, end).split('\r\n').map(toField)
  return { body, trailers, isComplete: true, isBroken: false, end: end + emptyLine.length }
}
