import { isIP } from 'node:net'

/** An address as bytes in network order: 4 of IPv4, 16 of IPv6. */
export type IpAddress = Uint8Array

/** Reads an address as the system would take it: IPv4 also in the odd spellings, IPv6 without a zone. */
export function parseIpAddress(text: string): IpAddress | undefined {
  return parseIpv4(text) ?? parseIpv6(text)
}

/**
 * Reads IPv4 in every spelling of inet_aton(3): one to four numbers, decimal, octal (`0177`) or
 * hexadecimal (`0x7f`), the last one filling all remaining bytes (`127.1`, `2130706433`).
 */
function parseIpv4(text: string): IpAddress | undefined {
  const numbers = text.split('.').map(numberOf)
  const last = numbers.pop()
  if (last === undefined || numbers.length > 3) return undefined
  if (numbers.some((number) => number === undefined || number > 0xff)) return undefined
  if (last >= 256 ** (4 - numbers.length)) return undefined
  const tail = [24, 16, 8, 0].map((shift) => (last >>> shift) & 0xff).slice(numbers.length)
  return Uint8Array.from([...numbers.map((number) => number ?? 0), ...tail])
}

function numberOf(text: string): number | undefined {
  if (/^0x[0-9a-f]{1,8}$/i.test(text)) return Number.parseInt(text, 16)
  if (/^0[0-7]{0,11}$/.test(text)) return Number.parseInt(text, 8)
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text)
  return undefined
}

function parseIpv6(text: string): IpAddress | undefined {
  if (isIP(text) !== 6 || text.includes('%')) return undefined
  const [before = '', after] = withoutDottedTail(text).split('::')
  const head = groupsOf(before)
  const tail = groupsOf(after ?? '')
  const gap = Array.from({ length: 8 - head.length - tail.length }, () => 0)
  const groups = [...head, ...gap, ...tail]
  return Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff]))
}

/** `::ffff:127.0.0.1` as `::ffff:7f00:1`. */
function withoutDottedTail(text: string): string {
  const start = text.lastIndexOf(':') + 1
  if (!text.includes('.')) return text
  const [a = 0, b = 0, c = 0, d = 0] = text.slice(start).split('.').map(Number)
  return `${text.slice(0, start)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}

/** Forms of IPv6 that stand for an IPv4 address: the prefix, and where the four bytes are. */
const EMBEDDINGS = [
  // Mapped (RFC 4291 §2.5.5.2), compatible (§2.5.5.1), translated (RFC 2765 §2.1).
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], at: 12 },
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], at: 12 },
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0], at: 12 },
  // NAT64 with the well-known prefix (RFC 6052 §2.1) and 6to4 (RFC 3056 §2).
  { prefix: [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], at: 12 },
  { prefix: [0x20, 0x02], at: 2 },
] as const

/** The IPv4 address that an IPv6 address stands for (`::ffff:1.2.3.4`, `64:ff9b::102:304`, `2002:…`). */
function embeddedIpv4(address: IpAddress): IpAddress | undefined {
  if (address.length !== 16) return undefined
  const form = EMBEDDINGS.find(({ prefix }) => startsWith(address, prefix))
  return form === undefined ? undefined : address.slice(form.at, form.at + 4)
}

/** Whether the first bytes of an address are those of `prefix`. */
export function startsWith(address: IpAddress, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => address[index] === byte)
}

/** The address that packets go to in the end: IPv4 taken out of IPv6, everything else as it is. */
export function effectiveAddress(address: IpAddress): IpAddress {
  return embeddedIpv4(address) ?? address
}

export function isSameAddress(one: IpAddress, other: IpAddress): boolean {
  return Buffer.from(one).equals(other)
}
