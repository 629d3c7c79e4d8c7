import {
  effectiveAddress,
  type IpAddress,
  isSameAddress,
  parseIpAddress,
  startsWith,
} from './ip-address.ts'

type Class = { prefix: readonly number[]; bits: number; what: string }

/** IPv4 that no run may reach (RFC 6890). Private networks are not here: a company's registries live there. */
const IPV4_CLASSES: readonly Class[] = [
  { prefix: [0], bits: 8, what: 'this machine ("this network")' },
  { prefix: [127], bits: 8, what: 'loopback' },
  { prefix: [169, 254], bits: 16, what: 'link-local' },
  { prefix: [224], bits: 4, what: 'multicast' },
  { prefix: [240], bits: 4, what: 'reserved or broadcast' },
  // Clouds that keep their metadata service outside the link-local range: Alibaba and Azure.
  { prefix: [100, 100, 100, 200], bits: 32, what: 'a metadata service' },
  { prefix: [168, 63, 129, 16], bits: 32, what: 'a metadata service' },
]

const IPV6_CLASSES: readonly Class[] = [
  { prefix: [0xfe, 0x80], bits: 10, what: 'link-local' },
  { prefix: [0xff], bits: 8, what: 'multicast' },
  // What these tunnels and translators reach cannot be told from the address (RFC 8215, RFC 4380).
  { prefix: [0, 0x64, 0xff, 0x9b, 0, 1], bits: 48, what: 'behind a local translator' },
  { prefix: [0x20, 0x01, 0, 0], bits: 32, what: 'a Teredo tunnel' },
  {
    prefix: [0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54],
    bits: 128,
    what: 'a metadata service',
  },
]

const UNSPECIFIED = new Uint8Array(16)
const LOOPBACK = Uint8Array.from([...UNSPECIFIED.slice(1), 1])

/**
 * Why no run may connect to an address, as the end of "which is …"; undefined when it may.
 * @param hostAddresses the addresses of this machine's interfaces, as text
 */
export function refusedAddressClass(
  address: IpAddress,
  hostAddresses: readonly string[],
): string | undefined {
  if (isSameAddress(address, LOOPBACK)) return 'loopback'
  if (isSameAddress(address, UNSPECIFIED)) return 'this machine (the unspecified address)'
  const effective = effectiveAddress(address)
  const classes = effective.length === 4 ? IPV4_CLASSES : IPV6_CLASSES
  const found = classes.find((candidate) => isInClass(effective, candidate))
  if (found !== undefined) return found.what
  const isOwn = hostAddresses.some((text) => isAddressOf(text, effective))
  return isOwn ? 'an address of this machine' : undefined
}

function isInClass(address: IpAddress, { prefix, bits }: Class): boolean {
  const whole = Math.floor(bits / 8)
  if (!startsWith(address, prefix.slice(0, whole))) return false
  const mask = (0xff00 >>> (bits % 8)) & 0xff
  return ((address[whole] ?? 0) & mask) === ((prefix[whole] ?? 0) & mask)
}

function isAddressOf(text: string, effective: IpAddress): boolean {
  const own = parseIpAddress(text.replace(/%.*$/, ''))
  return own !== undefined && isSameAddress(effectiveAddress(own), effective)
}
