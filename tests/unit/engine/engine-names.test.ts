import { describe, expect, test } from 'bun:test'
import { assert, property, stringMatching } from 'fast-check'
import { parseControlArguments } from '../../engine/control-arguments.ts'
import { freeSubnet } from '../../engine/engine-network.ts'
import { cacheFolder, enginePaths, isEngineName } from '../../engine/engine-paths.ts'
import { mirrorIn } from '../../engine/private-packages.ts'

describe('paths of an engine', () => {
  test('interface names fit into IFNAMSIZ and no path leaves its folder', () => {
    assert(
      property(stringMatching(/^[a-z][a-z0-9-]{0,11}$/), (name) => {
        const paths = enginePaths(name, '/cache')
        expect(isEngineName(name)).toBeTrue()
        expect(paths.hostInterface.length).toBeLessThan(16)
        expect(paths.socket).toBe(`/run/agent-test/${name}/docker.sock`)
        expect(paths.nftTable).toMatch(/^[a-z0-9_]+$/)
      }),
    )
  })

  test.each(['', 'A', '1a', '../x', 'a b', 'thirteen-long'])(
    '%j is no name of an engine',
    (name) => {
      expect(() => enginePaths(name, '/cache')).toThrow(RangeError)
    },
  )

  test('the cache folder is the one asked for, else below /var/cache', () => {
    expect(cacheFolder({ AGENT_TEST_CACHE: '/x' })).toBe('/x')
    expect(cacheFolder({})).toBe('/var/cache/agent-test')
  })
})

describe('control arguments', () => {
  test('up brings up dev with the default suite unless told', () => {
    expect(parseControlArguments(['up'])).toEqual({ verb: 'up', name: 'dev', suite: 'trixie' })
    expect(parseControlArguments(['up', 'old', '--suite', 'debian12'])).toEqual({
      verb: 'up',
      name: 'old',
      suite: 'debian12',
    })
  })

  test('an unknown suite is named with those there are', () => {
    expect(parseControlArguments(['up', '--suite', 'potato'])).toContain('"potato"')
    expect(parseControlArguments(['up', '--suite'])).toContain('trixie, sid, debian12')
  })

  test.each([[[]], [['start']], [['up', 'Bad']], [['up', 'a', 'b']]])(
    '%j gets the usage',
    (words) => {
      expect(parseControlArguments(words)).toStartWith('usage:')
    },
  )
})

describe('free subnet', () => {
  test('the first that no interface of the machine has', () => {
    expect(freeSubnet('')).toBe(1)
    expect(freeSubnet('inet 10.213.1.1/24\ninet 10.213.3.1/24')).toBe(2)
  })

  test('throws when all are taken', () => {
    const all = Array.from({ length: 250 }, (_, index) => `inet 10.213.${index + 1}.1/24`)
    expect(() => freeSubnet(all.join('\n'))).toThrow('no free network')
  })
})

describe('Debian mirror', () => {
  test('is read from both formats of apt sources, and never the security archive', () => {
    const deb822 = 'Types: deb\n# http://old.example/debian\nURIs: http://mirror.example/debian\n'
    expect(mirrorIn(deb822)).toBe('http://mirror.example/debian')
    const lines =
      'deb http://s.example/debian-security x main\ndeb [a=b] https://m.example/debian/ x main\n'
    expect(mirrorIn(lines)).toBe('https://m.example/debian/')
    expect(mirrorIn('')).toBeUndefined()
  })
})
