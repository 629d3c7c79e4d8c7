/** The statuses that are answered without a page: the request could not be understood. */
export type RefusalStatus = 400 | 403 | 408 | 414 | 431 | 501 | 502 | 503 | 505

const refusals: Record<RefusalStatus, { phrase: string; text: string }> = {
  400: { phrase: 'Bad Request', text: 'this is not a valid HTTP/1.1 request' },
  403: { phrase: 'Forbidden', text: 'only runs are answered here' },
  408: { phrase: 'Request Timeout', text: 'the head of the request did not arrive in time' },
  414: { phrase: 'URI Too Long', text: 'the target of the request is too long' },
  431: { phrase: 'Request Header Fields Too Large', text: 'the head of the request is too large' },
  501: { phrase: 'Not Implemented', text: 'the proxy does not do this method or transfer coding' },
  502: { phrase: 'Bad Gateway', text: 'the proxy could not answer' },
  503: { phrase: 'Service Unavailable', text: 'the proxy has too many connections open' },
  505: { phrase: 'HTTP Version Not Supported', text: 'the proxy speaks HTTP/1.1 and HTTP/1.0' },
}

/** A whole response that ends the connection. It repeats nothing of what the client sent. */
export function refusalResponse(status: RefusalStatus, nowMs: number): Buffer {
  const { phrase, text } = refusals[status]
  const body = `${status} ${text}\n`
  const lines = [
    `HTTP/1.1 ${status} ${phrase}`,
    `Date: ${new Date(nowMs).toUTCString()}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ]
  if (status === 503) lines.push('Retry-After: 1')
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1')
}

/** The refusal for a mistake a parser found. */
export function refusalFor(status: number): RefusalStatus {
  return status === 431 || status === 501 || status === 505 ? status : 400
}
