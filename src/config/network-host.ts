import { isIP } from 'node:net'
import { type Parsed, parsed, refused } from '../lib/parsed.ts'
import { parsePort } from '../lib/port-number.ts'
import { quoted } from '../lib/quoted.ts'

/** A host that a run may reach: a name, `*.` and a name (every host below it), or an address. */
export type NetworkHost = { host: string; port?: number }

const HOST_NAME =
  /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const HOST_NAME_MAX = 253

/** Reads an entry of `network.allow`: `host`, `host:port`, `*.host`, `[IPv6]:port`. Names come back in lower case. */
export function parseNetworkHost(text: string): Parsed<NetworkHost> {
  const [, ipv6, name = '', portText] = /^(?:\[([^\]]*)\]|([^:]*))(?::([^/]*))?$/.exec(text) ?? []
  const host = ipv6 ?? name.toLowerCase()
  const isValid = ipv6 === undefined ? isHost(host) : isIP(ipv6) === 6
  if (!isValid) return notAHost(text)
  if (portText === undefined) return parsed({ host })
  const port = parsePort(portText)
  return port.ok ? parsed({ host, port: port.value }) : port
}

/** A name that ends in digits only is an address or a mistake (WHATWG URL, "ends in a number"). */
function isHost(host: string): boolean {
  if (isIP(host) === 4) return true
  return host.length <= HOST_NAME_MAX && HOST_NAME.test(host) && !/(?:^|\.)\d+$/.test(host)
}

function notAHost(text: string): Parsed<never> {
  const url = /^[a-z][a-z0-9+.-]*:\/\/([^/]+)/i.exec(text)?.[1]
  const fix =
    url === undefined
      ? 'write it like api.example.com, *.example.com or api.example.com:443'
      : `write ${url}`
  return refused(`${quoted(text)} is not a host`, fix)
}
