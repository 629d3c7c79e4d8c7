/** One attribute of a netlink message: 4 bytes of length and type, the value, padding to 4 (netlink(7)). */
export function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4)
  writeNative16(head, 4 + value.length, 0)
  writeNative16(head, type, 2)
  return padded(Buffer.concat([head, value]))
}

/** An attribute that is made of attributes. */
export function nested(type: number, ...attributes: readonly Buffer[]): Buffer {
  return attribute(NESTED | type, Buffer.concat(attributes))
}

/** Text as an attribute's value. */
export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`)
}

/** A number as netfilter's attributes have it: 32 bits, big-endian. */
export function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** A number in registers of the kernel: 32 bits, as this processor writes them (little-endian, on all we run on). */
export function native32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** One message to netfilter: `nlmsghdr`, `nfgenmsg`, attributes. */
export type NetfilterMessage = {
  type: number
  flags: number
  family: number
  resource: number
  attributes: readonly Buffer[]
}

/** The message's bytes under this sequence number, by which the kernel's answer names it. */
export function encodeMessage(message: NetfilterMessage, sequence: number): Buffer {
  const body = Buffer.concat(message.attributes)
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32LE(HEAD_BYTES + body.length, 0)
  writeNative16(head, message.type, 4)
  writeNative16(head, message.flags, 6)
  head.writeUInt32LE(sequence, 8)
  head.writeUInt8(message.family, 16)
  head.writeUInt16BE(message.resource, 18)
  return Buffer.concat([head, body])
}

/** An answer of the kernel: to which message, and the number of the error, 0 when it was done. */
export type Acknowledgement = { sequence: number; errorNumber: number }

/** The answers among these bytes. Anything else that the kernel says is left out. */
export function decodeAcknowledgements(bytes: Buffer): Acknowledgement[] {
  const found: Acknowledgement[] = []
  for (let at = 0; at + ERROR_BYTES <= bytes.length;) {
    const length = bytes.readUInt32LE(at)
    if (length < 16) break
    if (bytes.readUInt16LE(at + 4) === ERROR_TYPE)
      found.push({
        sequence: bytes.readUInt32LE(at + 8),
        errorNumber: -bytes.readInt32LE(at + 16),
      })
    at += (length + 3) & ~3
  }
  return found
}

const NESTED = 0x8000
const HEAD_BYTES = 20
const ERROR_BYTES = 20
const ERROR_TYPE = 2

function writeNative16(bytes: Buffer, value: number, offset: number): void {
  bytes.writeUInt16LE(value, offset)
}

function padded(bytes: Buffer): Buffer {
  const rest = bytes.length % 4
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(4 - rest)])
}
