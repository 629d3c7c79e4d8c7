import { request } from 'node:http'

export type Answer = { status: number; contentType: string; body: string; ms: number }

/**
 * GETs a `*.localhost` URL by connecting to 127.0.0.1 with the name in the Host header, as a browser
 * would: not every system's resolver knows these names. Rejects with the signal's reason.
 */
export function requestByName(url: URL, signal: AbortSignal): Promise<Answer> {
  const started = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const sent = request(
    {
      host: '127.0.0.1',
      port: url.port === '' ? 80 : url.port,
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, connection: 'close' },
      signal,
    },
    (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        body += text
      })
      response.on('error', reject)
      response.on('end', () => {
        const ms = performance.now() - started
        const contentType = response.headers['content-type'] ?? ''
        resolve({ status: response.statusCode ?? 0, contentType, body, ms })
      })
    },
  )
  sent.on('error', reject)
  sent.end()
  return promise
}
