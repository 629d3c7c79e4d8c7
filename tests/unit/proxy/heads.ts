import * as fc from 'fast-check'

const tokenCharacters =
  "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/** Field names: random ones, and all those the parsers know, in odd case. */
const fieldName = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from(tokenCharacters)), minLength: 1, maxLength: 18 }),
  fc
    .constantFrom(
      'keep-alive',
      'proxy-connection',
      'upgrade',
      'te',
      'via',
      'expect',
      'proxy',
      'cookie',
      'max-forwards',
      'x-hop',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'trailer',
    )
    .chain((name) => fc.mixedCase(fc.constant(name))),
)

const fieldByte = fc.integer({ min: 32, max: 255 }).filter((code) => code !== 127)

/** Field values without blanks at their ends. */
const fieldValue = fc
  .array(fieldByte, { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes).replaceAll(/^ +| +$/g, ''))

const blanks = fc.string({ unit: fc.constantFrom(' ', '\t'), maxLength: 3 })

/** `name:value` lines that are valid and have nothing to do with framing or Host. */
export const fieldLine = fc
  .tuple(fieldName, blanks, fieldValue, blanks)
  .filter(([name]) => !/^(host|connection|content-length|transfer-encoding)$/i.test(name))
  .map(([name, before, value, after]) => ({
    name,
    value,
    text: `${name}:${before}${value}${after}`,
  }))

/** Text as bytes, one for each character. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** Random bytes that look a little like HTTP, so that parsers get past the first byte. */
export const almostHttp = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'GET ',
        '/',
        ' HTTP/1.1\r\n',
        'HTTP/1.1 200 OK\r\n',
        'Host: a\r\n',
        'Connection: a, close\r\n',
        'Content-Length: 5\r\n',
        'Transfer-Encoding: chunked\r\n',
        '\r\n',
        '\r',
        '\n',
        ': ',
        ' ',
        '\0',
        '5\r\n',
        '0\r\n',
        ';a=b',
      ),
      fc.string({
        unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
        maxLength: 5,
      }),
    ),
    { maxLength: 24 },
  )
  .map((pieces) => latin1(pieces.join('')))
