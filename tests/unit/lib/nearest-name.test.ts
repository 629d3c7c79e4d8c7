import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { nearestName } from '../../../src/lib/nearest-name.ts'

const keys = ['name', 'ports', 'command', 'container', 'dependencies', 'env']

test.each([
  ['prots', 'ports'],
  ['nmae', 'name'],
  ['Name', 'name'],
  ['dependancies', 'dependencies'],
  ['comand', 'command'],
  ['contanier', 'container'],
  ['evn', 'env'],
])('%s was meant to be %s', (name, meant) => {
  expect(nearestName(name, keys)).toBe(meant)
})

test.each(['', 'x', 'volumes', 'services', 'z'.repeat(100_000)])(
  '%.20s was not meant to be any',
  (name) => {
    expect(nearestName(name, keys)).toBeUndefined()
  },
)

test('of equally near names the first by the alphabet is meant, in whatever order they come', () => {
  expect(nearestName('cat', ['hat', 'bat'])).toBe('bat')
  expect(nearestName('cat', ['bat', 'hat'])).toBe('bat')
})

test('a name with one slip is found again', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{4,12}$/), fc.nat(), (name, seed) => {
      const place = seed % (name.length - 1)
      const swapped = name.slice(0, place) + name[place + 1] + name[place] + name.slice(place + 2)
      const dropped = name.slice(0, place) + name.slice(place + 1)
      expect(nearestName(swapped, [name])).toBe(name)
      expect(nearestName(dropped, [name])).toBe(name)
    }),
  )
})
