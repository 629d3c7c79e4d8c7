import { UserError } from '../lib/errors.ts'

/** A folder with `ca.pem`, `cert.pem` and `key.pem` (each may be missing), as DOCKER_CERT_PATH has it. */
export type TlsMaterial = { folder: string; verify: boolean }

/** Where an engine answers. */
export type Endpoint =
  | { kind: 'unix'; path: string }
  | { kind: 'tcp'; host: string; port: number; tls?: TlsMaterial }
  | { kind: 'ssh'; host: string; user?: string; port?: number; path?: string }

/** The port of an engine without and with TLS (docs.docker.com, "Configure remote access"). */
const defaultPort = { plain: 2375, tls: 2376 }

/**
 * Reads an endpoint: `unix:///path`, `tcp://host:port`, `ssh://user@host:port/path`, or `host:port`.
 * TLS is either given (as Docker's environment has it) or part of the text, in the form that
 * `formatEndpoint` writes: `tcp://host:2376?tls=/folder` and `&verify=0` where the engine's
 * certificate is not checked. Throws a `UserError` that shows the text.
 */
export function parseEndpoint(text: string, tls?: TlsMaterial): Endpoint {
  const { scheme, rest } = splitScheme(text)
  if (scheme === 'unix') return parseUnix(text, rest)
  if (!['tcp', 'http', 'https', 'ssh'].includes(scheme)) {
    throw invalid(text, `"${scheme}" is not a scheme we can dial`)
  }
  const url = parseUrl(text, rest)
  return scheme === 'ssh' ? parseSsh(url) : parseTcp(text, scheme, url, tls ?? tlsOf(url))
}

/** The text from which `parseEndpoint` makes the same endpoint in any other process. */
export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return `unix://${endpoint.path}`
  const host = bracketed(endpoint.host)
  if (endpoint.kind === 'tcp') return `tcp://${host}:${endpoint.port}${tlsQuery(endpoint.tls)}`
  const user = endpoint.user === undefined ? '' : `${encodeURIComponent(endpoint.user)}@`
  const port = endpoint.port === undefined ? '' : `:${endpoint.port}`
  return `ssh://${user}${host}${port}${endpoint.path ?? ''}`
}

/** False when the engine's 127.0.0.1 and paths are another machine's. */
export function isLocalEndpoint(endpoint: Endpoint): boolean {
  if (endpoint.kind === 'unix') return true
  if (endpoint.kind === 'ssh') return false
  return (
    endpoint.host === 'localhost' || endpoint.host === '::1' || endpoint.host.startsWith('127.')
  )
}

function splitScheme(text: string): { scheme: string; rest: string } {
  const end = text.indexOf('://')
  if (end >= 0) return { scheme: text.slice(0, end).toLowerCase(), rest: text.slice(end + 3) }
  return text.startsWith('/') ? { scheme: 'unix', rest: text } : { scheme: 'tcp', rest: text }
}

function parseUnix(text: string, path: string): Endpoint {
  if (!path.startsWith('/')) throw invalid(text, 'the path of a socket starts with /')
  return { kind: 'unix', path }
}

function parseUrl(text: string, rest: string): URL {
  // A scheme of its own, since the URL standard hides the default ports of http and https.
  const url = URL.parse(`engine://${rest}`)
  if (url === null || url.hostname === '') throw invalid(text, 'expected host:port')
  return url
}

function parseTcp(text: string, scheme: string, url: URL, tls?: TlsMaterial): Endpoint {
  if (url.pathname.length > 1) throw invalid(text, 'a path after the port is not supported')
  if (scheme === 'https' && tls === undefined) {
    throw invalid(text, 'https needs DOCKER_TLS_VERIFY and DOCKER_CERT_PATH')
  }
  const port = url.port === '' ? defaultPort[tls ? 'tls' : 'plain'] : Number(url.port)
  return { kind: 'tcp', host: hostOf(url), port, ...(tls && { tls }) }
}

function parseSsh(url: URL): Endpoint {
  return {
    kind: 'ssh',
    host: hostOf(url),
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(url.pathname === '' || url.pathname === '/' ? {} : { path: url.pathname }),
  }
}

function tlsOf(url: URL): TlsMaterial | undefined {
  const folder = url.searchParams.get('tls')
  if (folder === null) return undefined
  return { folder, verify: url.searchParams.get('verify') !== '0' }
}

function tlsQuery(tls: TlsMaterial | undefined): string {
  if (tls === undefined) return ''
  const query = new URLSearchParams({ tls: tls.folder, ...(tls.verify ? {} : { verify: '0' }) })
  return `?${query.toString()}`
}

function hostOf(url: URL): string {
  return decodeURIComponent(url.hostname.replace(/^\[(.*)\]$/, '$1'))
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function invalid(text: string, reason: string): UserError {
  return new UserError(`the engine's address ${JSON.stringify(text)} cannot be used: ${reason}`, {
    fix: 'use unix:///var/run/docker.sock, tcp://host:2375 or ssh://user@host',
  })
}
