import { attribute, native32, nested, number, text } from './netlink-message.ts'

/** A condition or verdict of an nftables rule, as linux/netfilter/nf_tables.h encodes it. */
export type Expression = Buffer

/** Passes packets that came in by this interface. */
export function cameInBy(interfaceName: string): Expression[] {
  return [load('meta', META_IIFNAME), isEqual(interfaceNameBytes(interfaceName))]
}

/** Passes packets that will go out by this interface. */
export function goesOutBy(interfaceName: string): Expression[] {
  return [load('meta', META_OIFNAME), isEqual(interfaceNameBytes(interfaceName))]
}

/** Passes what answers a connection that the other side has made. */
export function isReply(): Expression[] {
  const established = native32(CT_ESTABLISHED)
  return [
    load('ct', CT_STATE),
    mask(established),
    isEqual(established),
    load('ct', CT_DIRECTION),
    isEqual(Buffer.from([CT_REPLY])),
  ]
}

/** Passes TCP segments over IPv4 to this address and port. */
export function isTcpTo(address: string, port: number): Expression[] {
  const portBytes = Buffer.alloc(2)
  portBytes.writeUInt16BE(port)
  return [
    load('meta', META_NFPROTO),
    isEqual(Buffer.from([FAMILY_IPV4])),
    load('meta', META_L4PROTO),
    isEqual(Buffer.from([PROTOCOL_TCP])),
    payload({ base: NETWORK_HEADER, offset: 16, length: 4 }),
    isEqual(Buffer.from(address.split('.').map(Number))),
    payload({ base: TRANSPORT_HEADER, offset: 2, length: 2 }),
    isEqual(portBytes),
  ]
}

/** Ends the way of the packet through this chain: on to the next one, or nowhere. */
export function verdict(what: 'accept' | 'drop'): Expression {
  const code = attribute(1, number(what === 'accept' ? 1 : 0))
  return expression('immediate', attribute(1, number(0)), nested(2, nested(2, code)))
}

const META_IIFNAME = 6
const META_OIFNAME = 7
const META_NFPROTO = 15
const META_L4PROTO = 16
const CT_STATE = 0
const CT_DIRECTION = 1
/** `NF_CT_STATE_BIT(IP_CT_ESTABLISHED)` */
const CT_ESTABLISHED = 2
const CT_REPLY = 1
const FAMILY_IPV4 = 2
const PROTOCOL_TCP = 6
const NETWORK_HEADER = 1
const TRANSPORT_HEADER = 2
/** The register that every condition here goes through. */
const REGISTER = 1
/** IFNAMSIZ: compared as a whole, so that no longer name has it as its beginning. */
const INTERFACE_NAME_BYTES = 16

function expression(name: string, ...attributes: readonly Buffer[]): Expression {
  return nested(1, attribute(1, text(name)), nested(2, ...attributes))
}

function load(what: 'meta' | 'ct', key: number): Expression {
  return expression(what, attribute(1, number(REGISTER)), attribute(2, number(key)))
}

function payload(place: { base: number; offset: number; length: number }): Expression {
  return expression(
    'payload',
    attribute(1, number(REGISTER)),
    attribute(2, number(place.base)),
    attribute(3, number(place.offset)),
    attribute(4, number(place.length)),
  )
}

function mask(bits: Buffer): Expression {
  return expression(
    'bitwise',
    attribute(1, number(REGISTER)),
    attribute(2, number(REGISTER)),
    attribute(3, number(bits.length)),
    nested(4, attribute(1, bits)),
    nested(5, attribute(1, Buffer.alloc(bits.length))),
  )
}

function isEqual(value: Buffer): Expression {
  return expression(
    'cmp',
    attribute(1, number(REGISTER)),
    attribute(2, number(0)),
    nested(3, attribute(1, value)),
  )
}

function interfaceNameBytes(name: string): Buffer {
  const bytes = Buffer.alloc(INTERFACE_NAME_BYTES)
  bytes.write(name)
  return bytes
}
