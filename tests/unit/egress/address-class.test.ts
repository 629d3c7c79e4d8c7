import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { refusedAddressClass } from '../../../src/egress/address-class.ts'
import { parseIpAddress } from '../../../src/egress/ip-address.ts'

function refusalOf(text: string, own: readonly string[] = []): string | undefined {
  const address = parseIpAddress(text)
  if (address === undefined) throw new Error(`${text} is no address`)
  return refusedAddressClass(address, own)
}

const byte = fc.integer({ min: 0, max: 255 })
const from = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max })
const refusedIpv4 = fc.oneof(
  fc.tuple(fc.constantFrom(0, 127), byte, byte, byte),
  fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
  fc.tuple(from(224, 255), byte, byte, byte),
)
const ipv4 = fc.tuple(byte, byte, byte, byte)

/** Every way to write an IPv4 address, or to wrap one in IPv6. */
function spellings([a, b, c, d]: readonly [number, number, number, number]): string[] {
  const dotted = `${a}.${b}.${c}.${d}`
  const high = (a * 256 + b).toString(16)
  const low = (c * 256 + d).toString(16)
  return [
    dotted,
    `0x${a.toString(16)}.0${b.toString(8)}.${c}.${d}`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    String(((a * 256 + b) * 256 + c) * 256 + d),
    `::ffff:${dotted}`,
    `::ffff:${high}:${low}`,
    `0:0:0:0:0:FFFF:${high}:${low}`,
    `::${high}:${low}`,
    `::ffff:0:${high}:${low}`,
    `64:ff9b::${dotted}`,
    `2002:${high}:${low}::1`,
  ]
}

describe('addresses no run may reach', () => {
  test('any refused IPv4, however it is written or wrapped', () => {
    fc.assert(
      fc.property(refusedIpv4, (bytes) => {
        for (const text of spellings(bytes))
          expect([text, refusalOf(text)]).not.toEqual([text, undefined])
      }),
    )
  })

  test('any address of this machine, however it is written or wrapped', () => {
    fc.assert(
      fc.property(ipv4, (bytes) => {
        for (const text of spellings(bytes))
          expect([text, refusalOf(text, ['fe80::1%eth0', bytes.join('.')])]).not.toEqual([
            text,
            undefined,
          ])
      }),
    )
  })

  test('every spelling of an IPv4 address is one address', () => {
    fc.assert(
      fc.property(ipv4, (bytes) => {
        for (const text of spellings(bytes).slice(0, 5))
          expect(parseIpAddress(text)).toEqual(Uint8Array.from(bytes))
      }),
    )
  })

  test.each([
    '::',
    '::1',
    'fe80::1',
    'febf::1',
    'ff02::1',
    '2001:0:1::',
    '64:ff9b:1::a',
    'fd00:ec2::254',
    '100.100.100.200',
  ])('%s', (text) => expect(refusalOf(text)).toBeString())
  test('an IPv6 address of this machine', () =>
    expect(refusalOf('2001:db8:0::5', ['2001:db8::5'])).toBe('an address of this machine'))
  test.each([
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '100.64.0.1',
    '8.8.8.8',
    '2606:4700::1111',
    'fd12::1',
    'fec0::1',
  ])('%s may be reached', (text) => expect(refusalOf(text)).toBeUndefined())
})

test.each([
  '08.1.1.1',
  '1.2.3.4.5',
  '256.1.1.1',
  '4294967296',
  '1..2',
  '0xg',
  'fe80::1%eth0',
  '',
  ':',
  '1.2.3.256',
])('%j is no address', (text) => expect(parseIpAddress(text)).toBeUndefined())
