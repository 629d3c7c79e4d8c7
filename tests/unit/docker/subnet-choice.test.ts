import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { chooseSubnet, OWN_RANGE } from '../../../src/docker/subnet-choice.ts'

test('the first subnet that nobody has is chosen', () => {
  expect(chooseSubnet([])).toEqual({ Subnet: '10.231.0.0/24', Gateway: '10.231.0.1' })
  expect(chooseSubnet(['172.17.0.0/16', '10.231.0.128/25', '10.231.1.7/32'])?.Subnet).toBe(
    '10.231.2.0/24',
  )
  expect(chooseSubnet(['10.231.0.0/17'])?.Subnet).toBe('10.231.128.0/24')
})

test('a range that somebody has as a whole offers nothing', () => {
  for (const taken of [OWN_RANGE, '10.0.0.0/8', '0.0.0.0/0'])
    expect(chooseSubnet([taken])).toBeUndefined()
})

test('what is no subnet of IPv4 takes nothing', () => {
  const odd = ['', 'fd00::/8', '10.231.0.0/33', '10.231.0.0/x', '10.231/16']
  expect(chooseSubnet(odd)?.Subnet).toBe('10.231.0.0/24')
})

test('one after the other, 256 different subnets are chosen, whatever else is taken', () => {
  const others = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 30 })),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(others, (numbers) => {
      const taken = numbers.map(([third, bits]) => `10.231.${third}.0/${bits}`)
      const chosen = new Set<string>()
      for (;;) {
        const next = chooseSubnet([...taken, ...chosen])
        if (next === undefined) break
        chosen.add(next.Subnet)
      }
      expect(chosen.size).toBe(256 - new Set(numbers.map(([third]) => third)).size)
    }),
    { numRuns: 10 },
  )
})
