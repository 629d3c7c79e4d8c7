import { type Parsed, parsed, refused } from '../lib/parsed.ts'
import { parsePort } from '../lib/port-number.ts'
import { quoted } from '../lib/quoted.ts'
import { type IpAddress, parseIpAddress } from './ip-address.ts'

/** Where a run wants to go: a name in lower case without the final dot, or an address. */
export type Target = { host: string; port: number; address?: IpAddress }

/** What a plain HTTP request asks for; `path` is what the origin is asked (RFC 9112 §3.2.1). */
export type HttpTarget = Target & { path: string }

const NAME_MAX = 253
const HTTP_PORT = 80

/** Reads the target of CONNECT, `host:port` (RFC 9112 §3.2.3). */
export function parseAuthority(text: string): Parsed<Target> {
  const [, ipv6, name = '', portText = ''] = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(text) ?? []
  const port = parsePort(portText)
  if (portText === '' || !port.ok) return notATarget(text, 'ask for host:port')
  return targetOf(text, ipv6 ?? name, ipv6 !== undefined, port.value)
}

/** Reads the target of any other request to a proxy, `http://host[:port]/path?query` (RFC 9112 §3.2.2). */
export function parseHttpTarget(text: string): Parsed<HttpTarget> {
  const match = /^http:\/\/(?:\[([^\]]*)\]|([^:/?#@]*))(?::(\d*))?([/?][^#]*)?(?:#.*)?$/i.exec(text)
  const [, ipv6, name = '', portText = '', path = '/'] = match ?? []
  if (match === null || !/^[\x21-\xff]*$/.test(path))
    return notATarget(text, 'this is a proxy: ask for http://host/path, or use CONNECT for https')
  const port = portText === '' ? parsed(HTTP_PORT) : parsePort(portText)
  if (!port.ok) return port
  const target = targetOf(text, ipv6 ?? name, ipv6 !== undefined, port.value)
  if (!target.ok) return target
  return parsed({ ...target.value, path: path.startsWith('/') ? path : `/${path}` })
}

function targetOf(text: string, host: string, isIpv6: boolean, port: number): Parsed<Target> {
  const name = host.toLowerCase().replace(/\.$/, '')
  const address = parseIpAddress(name)
  if (isIpv6 !== (address?.length === 16)) return notATarget(text, 'write IPv6 like [2001:db8::1]')
  // An odd spelling is written out, so that what was checked, what is dialled and what is logged are one.
  if (address !== undefined) {
    const written = address.length === 4 ? address.join('.') : name
    return parsed({ host: written, port, address })
  }
  const isName = name.length <= NAME_MAX && /^(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/.test(name)
  // A last label that is a number makes an address (WHATWG URL, "ends in a number"), and this is none.
  if (!isName || /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(name))
    return notATarget(text, 'ask for a host name or an address')
  return parsed({ host: name, port })
}

function notATarget(text: string, fix: string): Parsed<never> {
  return refused(`${quoted(text)} is not something to connect to`, fix)
}

/** `host:port` as people write it. */
export function describeTarget({ host, port }: Target): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
