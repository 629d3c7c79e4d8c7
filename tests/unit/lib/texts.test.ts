import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { formatAge } from '../../../src/lib/age.ts'
import { LineDecoder } from '../../../src/lib/line-decoder.ts'
import { printable } from '../../../src/lib/printable.ts'

describe('lines of a stream of bytes', () => {
  const chunk = fc.oneof(
    fc.uint8Array({ maxLength: 5 }),
    fc.string({ unit: fc.constantFrom('a', '\n', '\r', '€') }).map((text) => Buffer.from(text)),
  )

  test('are the same however the bytes are cut, and nothing is lost', () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 10 }), (chunks) => {
        const decoder = new LineDecoder()
        const lines = chunks.flatMap((bytes) => decoder.push(bytes))
        const [rest = '', ...before] = new TextDecoder()
          .decode(Buffer.concat(chunks))
          .split('\n')
          .toReversed()
        expect(lines).toEqual(before.toReversed().map((line) => line.replace(/\r$/, '')))
        expect(decoder.rest()).toBe(rest)
      }),
    )
  })

  test('that never end are refused at the limit', () => {
    const decoder = new LineDecoder(8)
    expect(decoder.push(Buffer.from('12345678\n12345678'))).toEqual(['12345678'])
    expect(() => decoder.push(Buffer.from('9'))).toThrow('longer than 8 characters')
  })
})

describe('printable text', () => {
  test.each([
    ['plain ünï 😀', 'plain ünï 😀'],
    ['\u001b[31mred\u001b[0m', '[31mred[0m'],
    ['title\u001b]0;x\u0007', 'title]0;x'],
    ['a\rb\nc\td\u0000e', 'abcde'],
    ['\u009b31m\u0085\u007f', '31m'],
    // Marks that reorder what follows could make one name look like another.
    ['a\u202eb\u2066c\u200fd', 'abcd'],
    ['a\u2028b\u2029c', 'abc'],
  ])('%j is shown as %j', (text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  test('holds no control character, and is done after once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = printable(text)
        expect(shown).not.toMatch(/\p{Cc}/u)
        expect(printable(shown)).toBe(shown)
      }),
    )
  })
})

describe('an age', () => {
  test.each([
    [-5, '0s'],
    [0, '0s'],
    [999, '0s'],
    [1000, '1s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [3_599_999, '59m'],
    [3_600_000, '1h'],
    [86_399_999, '23h'],
    [86_400_000, '1d'],
    [40 * 86_400_000, '40d'],
  ])('of %i ms is %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text)
  })
})
