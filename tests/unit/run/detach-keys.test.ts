import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  DEFAULT_DETACH_KEYS,
  DetachKeyFilter,
  parseDetachKeys,
} from '../../../src/run/detach-keys.ts'
import { userErrorOf } from '../../support/user-error-of.ts'

describe('detach keys as written', () => {
  test.each([
    [DEFAULT_DETACH_KEYS, [0x10, 0x11]],
    ['ctrl-a', [1]],
    ['ctrl-z', [26]],
    ['ctrl-@', [0]],
    ['ctrl-[', [27]],
    ['ctrl-\\', [28]],
    ['ctrl-]', [29]],
    ['ctrl-^', [30]],
    ['ctrl-_', [31]],
    ['a,b,~', [0x61, 0x62, 0x7e]],
    ['A,!', [0x41, 0x21]],
  ])('%s are these bytes', (text, bytes) => {
    expect([...parseDetachKeys(text)]).toEqual(bytes)
  })

  test.each([
    ['', '""'],
    [',', '""'],
    ['a,', '""'],
    ['ctrl-', '"ctrl-"'],
    ['ctrl-A', '"ctrl-A"'],
    ['ctrl-1', '"ctrl-1"'],
    ['ctrl-ab', '"ctrl-ab"'],
    ['ab', '"ab"'],
    ['a, b', '" b"'],
    ['é', '"é"'],
    [' ', '" "'],
    ['\u001b[2J', '\\u001b'],
  ])('%j are refused with the bad key shown', (text, shown) => {
    const error = userErrorOf(() => parseDetachKeys(text))
    expect(error.exitCode).toBe(2)
    expect(error.message).toContain(shown)
    expect(error.fixes.join()).toContain(DEFAULT_DETACH_KEYS)
  })
})

describe('a filter for detach keys', () => {
  test('finds the keys in one chunk and says what came before', () => {
    const filter = new DetachKeyFilter(parseDetachKeys('ctrl-p,ctrl-q'))
    expect(pushed(filter, 'ls\r\u0010\u0011rest')).toEqual({ pass: 'ls\r', detach: true })
  })

  test('holds the first key back until the next one decides', () => {
    const filter = new DetachKeyFilter(parseDetachKeys('ctrl-p,ctrl-q'))
    expect(pushed(filter, '\u0010')).toEqual({ pass: '', detach: false })
    expect(pushed(filter, 'x')).toEqual({ pass: '\u0010x', detach: false })
    expect(pushed(filter, '\u0010')).toEqual({ pass: '', detach: false })
    expect(pushed(filter, '\u0010')).toEqual({ pass: '\u0010', detach: false })
    expect(pushed(filter, '\u0011')).toEqual({ pass: '', detach: true })
  })

  test.each([
    ['a,a,b', 'aaab', 'a'],
    ['a,a,b', 'aaaaab', 'aaa'],
    ['a,b,a,c', 'ababac', 'ab'],
    ['a,b,a,b,c', 'abababc', 'ab'],
    ['a,a', 'baa', 'b'],
    ['a', 'xa', 'x'],
  ])('keys %s typed inside %s leave after %j', (keys, typed, before) => {
    const whole = new DetachKeyFilter(parseDetachKeys(keys))
    expect(pushed(whole, typed)).toEqual({ pass: before, detach: true })
  })

  test('gives back what it holds when the input ends in the middle of the keys', () => {
    const filter = new DetachKeyFilter(parseDetachKeys('a,a,b'))
    expect(pushed(filter, 'xaa')).toEqual({ pass: 'x', detach: false })
    expect(asText(filter.flush())).toBe('aa')
    expect(asText(filter.flush())).toBe('')
    expect(pushed(filter, 'b')).toEqual({ pass: 'b', detach: false })
  })

  test('finds the first place where the keys are typed, however the input is cut', () => {
    const someKeys = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 })
    const chunks = fc.array(fc.stringMatching(/^[abcx]{0,7}$/), { maxLength: 12 })
    fc.assert(
      fc.property(someKeys, chunks, (keys, typed) => {
        const filter = new DetachKeyFilter(parseDetachKeys(keys.join(',')))
        const all = typed.join('')
        const at = all.indexOf(keys.join(''))
        let passed = ''
        let left = false
        for (const chunk of typed) {
          const { pass, detach } = pushed(filter, chunk)
          passed += pass
          left = detach
          if (left) break
        }
        expect(left).toBe(at >= 0)
        if (left) expect(passed).toBe(all.slice(0, at))
        else expect(passed + asText(filter.flush())).toBe(all)
      }),
      { numRuns: 500 },
    )
  })

  test('never holds more back than could still become the keys', () => {
    const typed = fc.stringMatching(/^[ab]{0,20}$/)
    fc.assert(
      fc.property(typed, (all) => {
        const filter = new DetachKeyFilter(parseDetachKeys('a,b,a,a'))
        const { pass, detach } = pushed(filter, all)
        if (!detach) expect('abaa'.startsWith(all.slice(pass.length))).toBe(true)
      }),
    )
  })
})

function pushed(filter: DetachKeyFilter, typed: string): { pass: string; detach: boolean } {
  const { pass, detach } = filter.push(Buffer.from(typed))
  return { pass: asText(pass), detach }
}

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}
