/** The name every case asks for; a proxy under test passes it on to the case's upstream. */
export const host = 'web.myapp.localhost'
export const hostLine = `Host: ${host}`

/** A head: lines, then the empty line. */
export function head(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** A GET; `lines` come after Host. */
export function get(...lines: readonly string[]): string {
  return head('GET / HTTP/1.1', hostLine, ...lines)
}

/** The head of a POST; `lines` come after Host. */
export function post(...lines: readonly string[]): string {
  return head('POST / HTTP/1.1', hostLine, ...lines)
}

/** A POST whose body is these bytes of the chunked coding. */
export function chunkedPost(body: string, ...lines: readonly string[]): string {
  return post(...lines, 'Transfer-Encoding: chunked') + body
}

/** A request that must never be taken for one: it stands where a body is, or after the end of one. */
export const smuggled = head('GET /smuggled HTTP/1.1', hostLine)

/** A response that says when it was made, as those of real services do; `lines` come before the empty line. */
export function response(status: string, ...lines: readonly string[]): string {
  return head(`HTTP/1.1 ${status}`, 'Date: Fri, 02 Jan 2026 03:04:05 GMT', ...lines)
}

/** The step in which the client sends FIN. */
export const fin = { fin: true } as const

/** A text as one step for each of its bytes. */
export function bytesOf(text: string): string[] {
  return Array.from(text)
}
