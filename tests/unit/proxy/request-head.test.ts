import * as fc from 'fast-check'
import { describe, expect, test } from 'bun:test'
import { ForwardedFields } from '../../../src/proxy/forwarded-fields.ts'
import { parsed } from '../../../src/proxy/parse-result.ts'
import { RequestHead } from '../../../src/proxy/request-head.ts'
import { addedBytesMax, writeRequestHead } from '../../../src/proxy/request-writer.ts'
import { almostHttp, fieldLine, latin1 } from './heads.ts'

const host = 'web.myapp.localhost'
const forwarded = new ForwardedFields('127.0.0.1', host, 8080)

function parse(text: string): { result: number; head: RequestHead; bytes: Buffer } {
  const head = new RequestHead()
  const bytes = latin1(text)
  return { result: head.parse(bytes, 0, bytes.length), head, bytes }
}

function rewrite(text: string): string {
  const { result, head, bytes } = parse(text)
  expect(result).toBe(parsed.complete)
  const out = Buffer.alloc(bytes.length + addedBytesMax)
  return out.toString('latin1', 0, writeRequestHead(out, bytes, head, forwarded))
}

const options = fc.array(
  fc.constantFrom(
    'close',
    'Keep-Alive',
    'x-hop',
    'X-HOP',
    'cookie',
    'host',
    'x-forwarded-for',
    'te',
  ),
  { maxLength: 4 },
)

/** A valid request without a body: its lines after the request line, Host and Connection among them. */
const validLines = fc
  .tuple(fc.array(fieldLine, { maxLength: 8 }), options, fc.nat(), fc.nat())
  .map(([lines, connection, hostAt, connectionAt]) => {
    const texts = lines.map((line) => line.text)
    texts.splice(hostAt % (texts.length + 1), 0, `Host: ${host}`)
    if (connection.length > 0) {
      texts.splice(connectionAt % (texts.length + 1), 0, `Connection: ${connection.join(', ')}`)
    }
    return texts
  })

const asHead = (lines: readonly string[]): string =>
  `GET /p?q HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`

const nameOf = (line: string): string => line.slice(0, line.indexOf(':')).toLowerCase()

/** The rules for one hop's fields in the plainest way: on strings, with sets. */
function expectedLines(lines: readonly string[]): string[] {
  const nominated = lines
    .filter((line) => nameOf(line) === 'connection')
    .flatMap((line) => line.slice(11).split(','))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== 'host')
  const removed = new Set([
    ...nominated,
    'connection',
    'keep-alive',
    'proxy-connection',
    'te',
    'upgrade',
    'proxy',
  ])
  return lines.filter((line) => !removed.has(nameOf(line)))
}

describe('parsing', () => {
  test('is the same however the head is cut: incomplete for every part, then complete', () => {
    fc.assert(
      fc.property(validLines, (lines) => {
        const bytes = latin1(asHead(lines))
        const head = new RequestHead()
        for (let length = 0; length < bytes.length; length++) {
          expect(head.parse(bytes, 0, length)).toBe(parsed.incomplete)
        }
        expect(head.parse(bytes, 0, bytes.length)).toBe(parsed.complete)
        expect(head.end).toBe(bytes.length)
      }),
    )
  })

  test('of any bytes ends with a result and never throws; more bytes never turn a mistake into a request', () => {
    fc.assert(
      fc.property(almostHttp, (bytes) => {
        const head = new RequestHead()
        const whole = head.parse(bytes, 0, bytes.length)
        expect([0, -1, 400, 431, 501, 505]).toContain(whole)
        if (whole === parsed.complete) expect(head.end).toBeLessThanOrEqual(bytes.length)
        for (let length = 0; length < bytes.length; length++) {
          const part = head.parse(bytes, 0, length)
          if (part > 0) expect(whole).toBeGreaterThan(0)
          if (part === parsed.complete) expect(whole).toBe(parsed.complete)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test('does not look beyond the head, nor before its start', () => {
    fc.assert(
      fc.property(validLines, almostHttp, almostHttp, (lines, before, after) => {
        const text = latin1(asHead(lines))
        const bytes = Buffer.concat([before, text, after])
        const head = new RequestHead()
        expect(head.parse(bytes, before.length, bytes.length)).toBe(parsed.complete)
        expect(head.end).toBe(before.length + text.length)
      }),
    )
  })

  test('one object forgets the request before', () => {
    const head = new RequestHead()
    const first = latin1(
      'POST http://a.localhost/ HTTP/1.0\r\nHost: x\r\nConnection: close, x\r\nContent-Length: 5\r\n' +
        'Via: 1.1 agent\r\nX-Forwarded-For: a\r\nX-Forwarded-Proto: https\r\n\r\n',
    )
    expect(head.parse(first, 0, first.length)).toBe(parsed.complete)
    const second = latin1(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    expect(head.parse(second, 0, second.length)).toBe(parsed.complete)
    expect(head).toMatchObject({
      contentLength: -1,
      isChunked: false,
      editCount: 0,
      ownPasses: 0,
      forwardedForEdit: -1,
      hasForwardedProto: false,
      minorVersion: 1,
      keepsAlive: true,
    })
    expect(second.toString('latin1', head.hostStart, head.hostEnd)).toBe(host)
  })
})

describe('what is forwarded', () => {
  test('is every line but those for one hop, byte for byte, then ours', () => {
    fc.assert(
      fc.property(validLines, (lines) => {
        fc.pre(!lines.some((line) => /^x-forwarded-|^forwarded:|^via:/i.test(line)))
        const expected = expectedLines(lines)
        const te = lines.some((line) => /^te:.*\btrailers\b/i.test(line))
        fc.pre(!te)
        expect(rewrite(asHead(lines))).toBe(
          asHead(expected).slice(0, -2) + forwarded.all.toString('latin1'),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('is a valid request again, with our Via last', () => {
    fc.assert(
      fc.property(validLines, (lines) => {
        const out = rewrite(asHead(lines))
        expect(parse(out).result).toBe(parsed.complete)
        expect(out).toEndWith('\r\nVia: 1.1 agent\r\n\r\n')
      }),
      { numRuns: 500 },
    )
  })
})
