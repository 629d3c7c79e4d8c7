import { ascii } from './byte-class.ts'
import { viaPseudonym } from './via.ts'

/**
 * The lines that tell a service who asks and by which name, for one client and one host. `Via` comes
 * last, with the empty line that ends the head.
 */
export class ForwardedFields {
  /** The client's address. */
  readonly address: string
  readonly host: string
  readonly port: number
  /** All lines at once, for a request that has none of them: the usual case is one copy. */
  readonly all: Buffer

  constructor(address: string, host: string, port: number) {
    this.address = address
    this.host = host
    this.port = port
    this.all = ascii(
      `X-Forwarded-For: ${address}\r\nX-Forwarded-Host: ${host}\r\nX-Forwarded-Proto: http\r\n` +
        `X-Forwarded-Port: ${port}\r\n${endLines(1)}`,
    )
  }
}

/** `Via` with the minor version of HTTP/1 that was received (RFC 9110 §7.6.3), and the empty line. */
export function endLines(minorVersion: number): string {
  return `Via: 1.${minorVersion} ${viaPseudonym}\r\n\r\n`
}

/** A peer's address as it belongs into X-Forwarded-For: IPv4 even when it came in as mapped IPv6. */
export function plainAddress(remoteAddress: string): string {
  return remoteAddress.startsWith('::ffff:') ? remoteAddress.slice(7) : remoteAddress
}

/** Whether only programs on this machine can have that address. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
