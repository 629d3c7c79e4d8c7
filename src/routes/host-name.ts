import { isIPv6 } from 'node:net'
import { DNS_LABEL_MAX } from '../lib/dns-label.ts'

/** What a Host header value says, before any route is looked at. */
export type HostName =
  /** `localhost` or a loopback address. */
  | { kind: 'root' }
  /** Below `localhost`: the labels in front of it, in lower case, outermost first: `['web', 'myapp']`. */
  | { kind: 'below-root'; labels: readonly string[] }
  /** Any other host, in lower case and without its port. */
  | { kind: 'foreign'; host: string }

/** Joins the two names of a flat alias: no label ends or begins with a hyphen, so one place to split is left. */
const ALIAS_MARK = '--'

/** RFC 1035 §2.3.4, with a final dot. */
const HOST_MAX = 254

/** `reg-name` of RFC 3986 §3.2.2. */
const REG_NAME = /^(?:[a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})+$/

/** Dotted decimal without leading zeros, as RFC 3986 §3.2.2 has it: other spellings are names to us. */
const LOOPBACK_IPV4 = /^127(?:\.(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])){3}$/

/** `<agent>.localhost`. */
export function formatAgentHost(agent: string): string {
  return `${agent}.localhost`
}

/** `<service>.<agent>.localhost`. */
export function formatServiceHost(service: string, agent: string): string {
  return `${service}.${agent}.localhost`
}

/**
 * `<service>--<agent>.localhost`, for tools that refuse nested names. Undefined where it could be read in two ways (a name
 * holds `--` itself) or does not fit into one DNS label.
 */
export function formatFlatAlias(service: string, agent: string): string | undefined {
  const label = service + ALIAS_MARK + agent
  return splitFlatAlias(label)?.service === service && label.length <= DNS_LABEL_MAX
    ? `${label}.localhost`
    : undefined
}

/** The names in the label of a flat alias; undefined for every other label. */
export function splitFlatAlias(label: string): { service: string; agent: string } | undefined {
  const at = label.indexOf(ALIAS_MARK)
  const service = label.slice(0, at)
  const agent = label.slice(at + ALIAS_MARK.length)
  if (at < 1 || agent === '' || agent.startsWith('-') || agent.includes(ALIAS_MARK))
    return undefined
  return { service, agent }
}

/**
 * Reads a Host header value (RFC 9110 §7.2: host, and a port that counts for nothing here). Any case, one final dot.
 * Nothing is decoded: `%77eb` is not `web`. Undefined when it is no host at all. Never throws.
 */
export function parseHost(value: string): HostName | undefined {
  const bare = withoutPort(value)
  if (bare === undefined || bare.length > HOST_MAX) return undefined
  const host = bare.toLowerCase()
  if (host.startsWith('[')) return addressLiteral(host)
  if (!REG_NAME.test(host)) return undefined
  const name = host.endsWith('.') ? host.slice(0, -1) : host
  const labels = name.split('.')
  if (labels.includes('')) return undefined
  if (LOOPBACK_IPV4.test(name)) return { kind: 'root' }
  if (labels.pop() !== 'localhost') return { kind: 'foreign', host: name }
  return labels.length === 0 ? { kind: 'root' } : { kind: 'below-root', labels }
}

/** Cuts the port off; undefined when what follows the colon is none. An empty one is allowed (RFC 3986 §3.2.3). */
export function withoutPort(value: string): string | undefined {
  let at = value.length - 1
  let port = 0
  for (let unit = 1; at >= 0 && isDigit(value.charCodeAt(at)); at -= 1, unit *= 10)
    port += unit * (value.charCodeAt(at) - ZERO)
  if (at < 0 || value.charCodeAt(at) !== COLON) return value
  return port <= 65535 ? value.slice(0, at) : undefined
}

const ZERO = 0x30
const COLON = 0x3a

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9
}

function addressLiteral(host: string): HostName | undefined {
  const address = host.slice(1, -1)
  if (!host.endsWith(']') || !isIPv6(address)) return undefined
  return isLoopbackIPv6(address) ? { kind: 'root' } : { kind: 'foreign', host }
}

/** `::1` and 127.0.0.0/8 mapped into IPv6, in every spelling. */
function isLoopbackIPv6(address: string): boolean {
  const canonical = URL.parse(`http://[${address}]`)?.hostname
  return canonical === '[::1]' || /^\[::ffff:7f[0-9a-f]{2}:/.test(canonical ?? '')
}
