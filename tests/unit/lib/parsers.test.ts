import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { parseByteSize } from '../../../src/lib/byte-size.ts'
import { parseChoice } from '../../../src/lib/choice.ts'
import { parsePort } from '../../../src/lib/port-number.ts'
import { quoted } from '../../../src/lib/quoted.ts'

describe('a port', () => {
  test.each(['1', '80', '8080', '65535'])('%s is one', (text) => {
    expect(parsePort(text)).toEqual({ ok: true, value: Number(text) })
  })

  test.each(['0', '65536', '080', '8080 ', '0x50', '1e3', '-1', '80.0', '٨٠', ''])(
    '%j is none',
    (text) => {
      expect(parsePort(text)).toMatchObject({ ok: false, fix: 'choose a port from 1 to 65535' })
    },
  )

  test('0 is one where any free port will do', () => {
    expect(parsePort('0', { least: 0 })).toEqual({ ok: true, value: 0 })
    expect(parsePort('00', { least: 0 }).ok).toBe(false)
  })
})

describe('a size', () => {
  test.each([
    ['1', 1],
    ['100b', 100],
    ['512m', 512 * 1024 ** 2],
    ['512M', 512 * 1024 ** 2],
    ['2g', 2 * 1024 ** 3],
    ['2 GiB', 2 * 1024 ** 3],
    ['1.5g', 1.5 * 1024 ** 3],
    ['1tb', 1024 ** 4],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseByteSize(text)).toEqual({ ok: true, value: bytes })
  })

  test.each(['', '0', 'm', '-1g', '1x', '1 g g', '1e9', '9999999999999999t', '0.1'])(
    '%j is none',
    (text) => {
      expect(parseByteSize(text).ok).toBe(false)
    },
  )
})

test('a choice that is none names the nearest one', () => {
  const choices = ['gvisor', 'auto', 'none'] as const
  expect(parseChoice('auto', choices, '--sandbox')).toEqual({ ok: true, value: 'auto' })
  expect(parseChoice('gvsior', choices, '--sandbox')).toEqual({
    ok: false,
    what: '--sandbox is "gvsior", not one of gvisor, auto, none',
    fix: 'write gvisor',
  })
  expect(parseChoice('docker', choices, '--sandbox')).toMatchObject({
    fix: 'choose one of gvisor, auto, none',
  })
})

test('a quoted text is one short line without anything a terminal would obey', () => {
  expect(quoted('a\u001b[31mb\nc\u202ed')).toBe('"a\\u001b[31mb\\nc\\u202ed"')
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const shown = quoted(text)
      expect(shown).not.toMatch(/\p{Cc}/u)
      expect(shown.length).toBeLessThanOrEqual(61 * 6 + 2)
    }),
  )
})
