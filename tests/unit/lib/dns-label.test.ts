import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { isDnsLabel, parseDnsLabel, toDnsLabel } from '../../../src/lib/dns-label.ts'

describe('a DNS label', () => {
  test.each(['a', '0', 'web', 'my-api', 'a--b', '123', 'a'.repeat(63)])('%s is one', (text) => {
    expect(isDnsLabel(text)).toBe(true)
  })

  test.each([
    '',
    '-a',
    'a-',
    'A',
    'a_b',
    'a.b',
    'é',
    'a b',
    'a\n',
    'xn--bcher-kva',
    'a'.repeat(64),
  ])('%j is none', (text) => {
    expect(isDnsLabel(text)).toBe(false)
  })

  test('is what the parser of URLs leaves as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9-]{1,63}$/), (text) => {
        fc.pre(isDnsLabel(text))
        expect(new URL(`http://${text}.localhost`).hostname).toBe(`${text}.localhost`)
      }),
    )
  })

  test('a refusal names what is wrong and a name that would do', () => {
    expect(parseDnsLabel('My_App', 'name')).toEqual({
      ok: false,
      what: 'name "My_App" has upper-case letters, which host names do not keep',
      fix: 'write my-app',
    })
    expect(parseDnsLabel('', 'name')).toEqual({
      ok: false,
      what: 'name "" is empty',
      fix: 'use lower-case letters, digits and hyphens',
    })
    expect(parseDnsLabel('a.b', 'service name')).toMatchObject({
      what: 'service name "a.b" holds ".", which a DNS label cannot',
    })
  })

  test.each([
    ['Feature/Log-In', 'feature-log-in'],
    ['héllo wörld', 'hello-world'],
    ['--x--', 'x'],
    ['xn--a', 'xn-a'],
    [`${'a'.repeat(62)}/b`, 'a'.repeat(62)],
  ])('%s becomes %s', (text, label) => {
    expect(toDnsLabel(text)).toBe(label)
  })

  test('any text becomes a label or nothing, and a label without double hyphens stays what it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const label = toDnsLabel(text)
        expect(label === undefined || isDnsLabel(label)).toBe(true)
        if (isDnsLabel(text) && !text.includes('--')) expect(label).toBe(text)
      }),
    )
  })
})
