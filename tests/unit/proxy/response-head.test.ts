import * as fc from 'fast-check'
import { describe, expect, test } from 'bun:test'
import { parsed } from '../../../src/proxy/parse-result.ts'
import { ResponseHead } from '../../../src/proxy/response-head.ts'
import { writeResponseHead } from '../../../src/proxy/response-writer.ts'
import { almostHttp, fieldLine, latin1 } from './heads.ts'

const validHead = fc
  .tuple(fc.integer({ min: 200, max: 999 }), fc.array(fieldLine, { maxLength: 8 }))
  .map(
    ([status, lines]) =>
      `HTTP/1.1 ${status} R\r\n${lines.map(({ text }) => `${text}\r\n`).join('')}\r\n`,
  )

test('parsing a response is the same however its head is cut', () => {
  fc.assert(
    fc.property(validHead, (text) => {
      const bytes = latin1(text)
      const head = new ResponseHead()
      for (let length = 0; length < bytes.length; length++) {
        expect(head.parse(bytes, 0, length)).toBe(parsed.incomplete)
      }
      expect(head.parse(bytes, 0, bytes.length)).toBe(parsed.complete)
      expect(head.end).toBe(bytes.length)
    }),
  )
})

test('any bytes end with a result and never throw', () => {
  fc.assert(
    fc.property(almostHttp, (bytes) => {
      const head = new ResponseHead()
      const whole = head.parse(bytes, 0, bytes.length)
      for (let length = 0; length < bytes.length; length++) {
        const part = head.parse(bytes, 0, length)
        if (part > 0) expect(whole).toBeGreaterThan(0)
        if (part === parsed.complete) expect(whole).toBe(parsed.complete)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('what is forwarded keeps every line but those for one hop', () => {
  const isForHop = /^(keep-alive|proxy-connection|te|upgrade)$/i
  fc.assert(
    fc.property(fc.array(fieldLine, { maxLength: 8 }), (lines) => {
      const text = (kept: typeof lines): string =>
        `HTTP/1.1 200 OK\r\n${kept.map((line) => `${line.text}\r\n`).join('')}`
      const bytes = latin1(`${text(lines)}\r\n`)
      const head = new ResponseHead()
      expect(head.parse(bytes, 0, bytes.length)).toBe(parsed.complete)
      const out = Buffer.alloc(bytes.length + 100)
      const length = writeResponseHead(out, bytes, head, 'Connection: close\r\n')
      const kept = lines.filter(({ name }) => !isForHop.test(name))
      expect(out.toString('latin1', 0, length)).toBe(`${text(kept)}Connection: close\r\n\r\n`)
    }),
  )
})

function framing(text: string, isHead = false): string {
  const bytes = latin1(text)
  const head = new ResponseHead()
  expect(head.parse(bytes, 0, bytes.length)).toBe(parsed.complete)
  return head.framingFor(isHead)
}

describe('framing', () => {
  test.each([
    ['HTTP/1.1 200 OK\r\n\r\n', 'until-close'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'length'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'chunked'],
    ['HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\n', 'none'],
    ['HTTP/1.1 304 No\r\nTransfer-Encoding: chunked\r\n\r\n', 'none'],
    ['HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n', 'length'],
  ])('%j is %s', (text, expected) => {
    expect(framing(text)).toBe(expected)
    expect(framing(text, true)).toBe('none')
  })
})
