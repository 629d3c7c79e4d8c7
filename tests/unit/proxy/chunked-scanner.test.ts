import * as fc from 'fast-check'
import { describe, expect, test } from 'bun:test'
import { BodyReader } from '../../../src/proxy/body-reader.ts'
import { ChunkedScanner } from '../../../src/proxy/chunked-scanner.ts'
import { almostHttp, latin1 } from './heads.ts'

const chunk = fc
  .tuple(
    fc.uint8Array({ minLength: 1, maxLength: 40 }),
    fc.constantFrom('', ';a=b', ' \t;x="y z"', ';a;b = c', '; a="\\";" ;b'),
    fc.nat(3),
  )
  .map(([data, extension, zeros]) => ({
    data: Buffer.from(data),
    text: `${'0'.repeat(zeros)}${data.length.toString(16)}${extension}\r\n`,
  }))

/** A chunked body and the data in it. */
const chunkedBody = fc
  .tuple(fc.array(chunk, { maxLength: 6 }), fc.constantFrom('', 'T: 1\r\n', 'A:\r\nB: x y\r\n'))
  .map(([chunks, trailers]) => ({
    bytes: Buffer.concat([
      ...chunks.flatMap(({ data, text }) => [latin1(text), data, latin1('\r\n')]),
      latin1(`0\r\n${trailers}\r\n`),
    ]),
    data: Buffer.concat(chunks.map(({ data }) => data)),
  }))

const cuts = fc.array(fc.nat(), { maxLength: 8 })

function pieces(bytes: Buffer, at: readonly number[]): Buffer[] {
  const positions = [...new Set([0, ...at.map((cut) => cut % (bytes.length + 1)), bytes.length])]
  positions.sort((one, other) => one - other)
  return positions.slice(1).map((end, i) => bytes.subarray(positions[i], end))
}

describe('a chunked body', () => {
  test('ends where it ends, however it is cut and whatever follows', () => {
    fc.assert(
      fc.property(chunkedBody, cuts, almostHttp, ({ bytes }, at, after) => {
        const scanner = new ChunkedScanner()
        for (const piece of pieces(bytes, at)) {
          expect(scanner.isDone).toBe(false)
          expect(scanner.scan(piece, 0, piece.length)).toBe(piece.length)
        }
        expect(scanner.isDone).toBe(true)
        expect(scanner.scan(after, 0, after.length)).toBe(0)
        const whole = new ChunkedScanner()
        const followed = Buffer.concat([bytes, after])
        expect(whole.scan(followed, 0, followed.length)).toBe(bytes.length)
      }),
    )
  })

  test('gives its data alone, however it is cut', () => {
    fc.assert(
      fc.property(chunkedBody, cuts, ({ bytes, data }, at) => {
        const scanner = new ChunkedScanner()
        const found: Buffer[] = []
        for (const piece of pieces(bytes, at)) {
          for (let position = 0; position < piece.length;) {
            const start = position
            if (!scanner.isAtData) {
              position = scanner.scanFraming(piece, start, piece.length)
              continue
            }
            position = scanner.passData(start, piece.length)
            found.push(piece.subarray(start, position))
          }
        }
        expect(scanner.isDone).toBe(true)
        expect(Buffer.concat(found)).toEqual(data)
      }),
    )
  })

  test('of any bytes never throws, and is judged the same however it is cut', () => {
    fc.assert(
      fc.property(almostHttp, cuts, (bytes, at) => {
        const whole = new ChunkedScanner()
        const end = whole.scan(bytes, 0, bytes.length)
        const cut = new ChunkedScanner()
        let total = 0
        for (const piece of pieces(bytes, at)) {
          const next = cut.scan(piece, 0, piece.length)
          total = next < 0 || total < 0 ? -1 : total + next
        }
        expect(total).toBe(end)
        expect(cut.isDone).toBe(whole.isDone)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    'g\r\n',
    '\r\n',
    ' 1\r\n',
    '1 \r\nx\r\n0\r\n\r\n',
    '1\nx\r\n',
    '1\r\nxy\r\n',
    '1\r\nx\n0\r\n\r\n',
    '1;\r\nx\r\n',
    '1; \r\nx\r\n',
    '1;a;\r\nx\r\n',
    '1;a=\r\nx\r\n',
    '1;a \r\nx\r\n',
    '1;a[=1\r\nx\r\n',
    '1;a="\r\nx\r\n',
    '1;a="b"c\r\nx\r\n',
    '1;a\nb\r\nx\r\n',
    '1;a\0\r\nx\r\n',
    '0\r\n:\r\n\r\n',
    '0\r\nA\r\n\r\n',
    '0\r\nA : 1\r\n\r\n',
    '0\r\nA: 1\r\n b\r\n\r\n',
    '0\r\nA: 1\n\r\n',
    '0\r\n\r\r\n',
    '0\r\nContent-Length: 4\r\n\r\n',
    '0\r\nA: 1\r\nTRANSFER-encoding: chunked\r\n\r\n',
    '0\r\nhost: x\r\n\r\n',
    '1000000000001\r\n',
    `${'0'.repeat(70_000)}1\r\n`,
    `1;${'x'.repeat(70_000)}\r\n`,
    `0\r\n${'A: 1\r\n'.repeat(12_000)}\r\n`,
  ])('malformed: %#', (text) => {
    const bytes = latin1(text)
    expect(new ChunkedScanner().scan(bytes, 0, bytes.length)).toBe(-1)
  })
})

test('a trailer may have a name that only begins or ends like one of the framing', () => {
  const bytes = latin1('0\r\nContent-Length-X: 4\r\nX-Host: a\r\nHos: b\r\nHostt: c\r\n\r\n')
  expect(new ChunkedScanner().scan(bytes, 0, bytes.length)).toBe(bytes.length)
})

test('a body with a length ends after so many bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), cuts, almostHttp, (body, at, after) => {
      const reader = new BodyReader()
      reader.begin('length', body.length, false)
      for (const piece of pieces(Buffer.from(body), at)) {
        expect(reader.isDone).toBe(false)
        expect(reader.read(piece, 0, piece.length)).toBe(piece.length)
      }
      expect(reader.isDone).toBe(true)
      expect(reader.read(after, 0, after.length)).toBe(0)
    }),
  )
})
