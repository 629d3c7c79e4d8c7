import type { KeptRequest } from './kept-request.ts'
import { encodePageRequest, type PageSubject } from './pages/page-request.ts'

/** Longer values of Accept are cut: only the first few types matter. */
const acceptMax = 512
const methodLengthMax = 32

/**
 * The request for a page of our own, sent to the page server in place of the client's request: GET or
 * HEAD, without a body, with the client's wish for a format.
 */
export function pageQuery(subject: PageSubject, request: KeptRequest, proxyPort: number): Buffer {
  const target = encodePageRequest({
    subject,
    method: request.readLine().method.slice(0, methodLengthMax),
    scheme: isSecure(request) ? 'https' : 'http',
    port: portOf(request.readField('host'), subject, proxyPort),
  })
  const accept = request.readField('accept').slice(0, acceptMax)
  return Buffer.from(
    `${request.isHeadRequest ? 'HEAD' : 'GET'} ${target} HTTP/1.1\r\nHost: localhost\r\n` +
      `Accept: ${accept}\r\n\r\n`,
    'latin1',
  )
}

/** A tunnel in front of us may have been asked by https. */
function isSecure(request: KeptRequest): boolean {
  return request.trustsPeer && /^https\b/i.test(request.readField('x-forwarded-proto'))
}

/** The port in the links: the one the client used, if it asked for a name of ours. */
function portOf(host: string, subject: PageSubject, proxyPort: number): string {
  const isOurs = subject.kind !== 'foreign-host' && subject.kind !== 'head-too-large'
  if (!isOurs && !/localhost\.?(:\d+)?$/i.test(host)) return String(proxyPort)
  return /:(\d{1,5})$/.exec(host)?.[1] ?? ''
}
