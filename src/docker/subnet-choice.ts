import { isIPv4 } from 'node:net'

/** A subnet of a network, in the words of the Engine API. */
export type Subnet = { Subnet: string; Gateway: string }

/** Half open: from the first address to the one after the last. */
type Range = { from: number; to: number }

/** What engines do not give out by themselves: their own pools are 172.16.0.0/12 and 192.168.0.0/16. */
export const OWN_RANGE = '10.231.0.0/16'

/** Room for 253 containers (/24). */
const SUBNET_SIZE = 2 ** 8

/**
 * The first subnet of our own range that nobody has.
 *
 * @param taken the subnets of others (`10.0.0.0/8`); what is not IPv4 takes nothing
 * @returns undefined when all 256 are taken
 */
export function chooseSubnet(taken: Iterable<string>): Subnet | undefined {
  const ranges = [...taken].flatMap((cidr) => rangeOf(cidr) ?? [])
  const own = rangeOf(OWN_RANGE)
  for (let from = own?.from ?? 0; from < (own?.to ?? 0); from += SUBNET_SIZE) {
    const isTaken = ranges.some((range) => range.from < from + SUBNET_SIZE && from < range.to)
    // Named, since engines before 28 do not tell a gateway that they chose themselves.
    if (!isTaken) return { Subnet: `${textOf(from)}/24`, Gateway: textOf(from + 1) }
  }
  return undefined
}

function rangeOf(cidr: string): Range | undefined {
  const [address = '', prefix = '32'] = cidr.split('/')
  const bits = Number(prefix)
  if (!isIPv4(address) || !Number.isInteger(bits) || bits < 0 || bits > 32) return undefined
  const number = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
  const size = 2 ** (32 - bits)
  const from = Math.floor(number / size) * size
  return { from, to: from + size }
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}
