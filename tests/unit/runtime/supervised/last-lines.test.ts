import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { LastLines } from '../../../../src/runtime/supervised/last-lines.ts'
import { cut } from './cut-anywhere.ts'

test('the last lines are those of the whole, wherever the output is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-c]{0,4}$/), { maxLength: 30 }),
      fc.array(fc.nat()),
      fc.nat({ max: 10 }),
      (lines, places, wanted) => {
        const text = Buffer.from(lines.map((line) => `${line}\n`).join(''))
        const last = new LastLines(wanted)
        for (const bytes of cut(text, places)) last.push({ stream: 'stdout', timeUs: 0, bytes })
        const kept = Buffer.concat(last.entries().map(({ bytes }) => bytes)).toString()
        const expected = lines.slice(Math.max(0, lines.length - wanted))
        expect(kept).toBe(expected.map((line) => `${line}\n`).join(''))
      },
    ),
  )
})
