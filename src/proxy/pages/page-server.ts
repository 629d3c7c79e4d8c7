import { chmod, rm } from 'node:fs/promises'
import type { ProxyOptions } from '../proxy-options.ts'
import { serveUnix } from '../../platform/serve-unix.ts'
import { errorContent } from './error-content.ts'
import { contentSecurityPolicy, htmlPage } from './html-page.ts'
import { indexContent } from './index-content.ts'
import { jsonPage } from './json-page.ts'
import type { PageContent } from './page-content.ts'
import { choosePageFormat, type PageFormat } from './page-format.ts'
import { decodePageRequest } from './page-request.ts'
import { routeEvents } from './route-events.ts'
import { textPage } from './text-page.ts'

type PageServerOptions = Pick<
  ProxyOptions,
  'routes' | 'onRoutesChanged' | 'pagesSocketPath' | 'version' | 'log'
>

const types: Record<PageFormat, string> = {
  html: 'text/html; charset=utf-8',
  json: 'application/json',
  text: 'text/plain; charset=utf-8',
}

/**
 * Serves our own pages on a Unix socket only we can use; the data plane sends requests there like to any
 * upstream, so that framing, pipelining and slow readers are its business alone.
 */
export async function startPageServer(
  options: PageServerOptions,
): Promise<{ stop(): Promise<void> }> {
  const { pagesSocketPath } = options
  // One that a killed process left behind would be in the way.
  await rm(pagesSocketPath, { force: true })
  const server = serveUnix(pagesSocketPath, (request) => respond(request, options))
  await chmod(pagesSocketPath, 0o600)
  return server
}

function respond(request: Request, options: PageServerOptions): Response {
  const asked = decodePageRequest(request.url)
  if (asked === undefined) return new Response('no such page\n', { status: 404 })
  const { subject, method } = asked
  if (subject.kind === 'last-hop') return lastHop(method)
  if (subject.kind !== 'index') {
    return render(errorContent(subject, options.routes().routes, asked), request, options)
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD' } })
  }
  const { path } = subject
  if (path === '/events') return events(options)
  const index = indexContent(options.routes(), subject.agent, asked)
  return render(path === '/' ? index : { ...index, status: 404 }, request, options)
}

function render(content: PageContent, request: Request, options: PageServerOptions): Response {
  const format = choosePageFormat(request.headers.get('accept') ?? '')
  const headers = new Headers({
    'Content-Type': types[format],
    'Cache-Control': 'no-store',
    Vary: 'Accept',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    ...content.headers,
  })
  if (format === 'html') headers.set('Content-Security-Policy', contentSecurityPolicy)
  return new Response(bodyOf(content, format, options.version), { status: content.status, headers })
}

function bodyOf(content: PageContent, format: PageFormat, version: string): string {
  switch (format) {
    case 'html':
      return htmlPage(content, version)
    case 'json':
      return jsonPage(content)
    case 'text':
      return textPage(content)
    default:
      return format satisfies never
  }
}

function events(options: PageServerOptions): Response {
  return new Response(routeEvents(options), {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' },
  })
}

/** Answers as the last server on the way, because the request said that we are (RFC 9110 §7.6.2). */
function lastHop(method: string): Response {
  if (method === 'OPTIONS') {
    return new Response(null, {
      status: 204,
      headers: { Allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' },
    })
  }
  return new Response(null, { status: 405, headers: { Allow: 'OPTIONS' } })
}
