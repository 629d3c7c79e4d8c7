import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  formatAgentHost,
  formatFlatAlias,
  formatServiceHost,
  parseHost,
  splitFlatAlias,
} from '../../../src/routes/host-name.ts'

const root = { kind: 'root' } as const
const below = (...labels: string[]) => ({ kind: 'below-root' as const, labels })
const foreign = (host: string) => ({ kind: 'foreign' as const, host })

describe('a Host header value', () => {
  test.each([
    ['localhost', root],
    ['LocalHost:8080', root],
    ['localhost.', root],
    ['localhost.:80', root],
    ['localhost:', root],
    ['127.0.0.1', root],
    ['127.255.3.99:8080', root],
    ['[::1]', root],
    ['[::1]:8080', root],
    ['[0:0:0:0:0:0:0:1]', root],
    ['[::ffff:127.0.0.1]:80', root],
    ['myapp.localhost', below('myapp')],
    ['Web.MyApp.LOCALHOST:8080', below('web', 'myapp')],
    ['web.myapp.localhost.', below('web', 'myapp')],
    ['web--myapp.localhost', below('web--myapp')],
    ['x.web.myapp.localhost', below('x', 'web', 'myapp')],
    ['my_app.localhost', below('my_app')],
    ['%77eb.localhost', below('%77eb')],
    ['example.com', foreign('example.com')],
    ['Example.COM:99', foreign('example.com')],
    ['localhost.example.com', foreign('localhost.example.com')],
    ['notlocalhost', foreign('notlocalhost')],
    ['128.0.0.1', foreign('128.0.0.1')],
    ['0.0.0.0', foreign('0.0.0.0')],
    ['[::]', foreign('[::]')],
    ['[2001:db8::1]:80', foreign('[2001:db8::1]')],
    ['[::7f00:1]', foreign('[::7f00:1]')],
    // Other spellings of 127.0.0.1 are names: a browser never sends them, so nothing of ours is behind them.
    ['127.1', foreign('127.1')],
    ['127.0.0.01', foreign('127.0.0.01')],
    ['2130706433', foreign('2130706433')],
    ['127.0.0.256', foreign('127.0.0.256')],
  ])('%j is read', (value, host) => {
    expect(parseHost(value)).toEqual(host)
  })

  test.each([
    '',
    '.',
    ':80',
    '.localhost',
    'a..localhost',
    'localhost..',
    'web.localhost:http',
    'web.localhost:-1',
    'web.localhost:65536',
    `web.localhost:${'0'.repeat(400)}`,
    'web.localhost:80:80',
    '::1',
    '[::1',
    '[::1]x',
    '[localhost]',
    'user@localhost',
    'web localhost',
    'web.localhost/',
    'web.localhost\0',
    'web.localhost\r\nx',
    'é.localhost',
    '%7.localhost',
    `${'a.'.repeat(200)}localhost`,
  ])('%j is no host', (value) => {
    expect(parseHost(value)).toBeUndefined()
  })

  test('never makes the reader throw', () => {
    const piece = fc.constantFrom(
      'localhost',
      '.',
      ':',
      '[',
      ']',
      '::1',
      '127.0.0.1',
      '80',
      '--',
      '%',
    )
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.oneof(piece, fc.string())).map((parts) => parts.join('')),
    )
    fc.assert(fc.property(value, (text) => void parseHost(text)))
  })
})

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/)
const port = fc.option(fc.integer({ min: 0, max: 65535 }), { nil: undefined })
const dot = fc.constantFrom('', '.')

describe('a formatted host name', () => {
  test('is read back to its names, in any case, with any port and a final dot', () => {
    fc.assert(
      fc.property(
        label,
        label,
        port,
        dot,
        fc.infiniteStream(fc.boolean()),
        (service, agent, number, end, upper) => {
          const written = Array.from(formatServiceHost(service, agent))
            .map((letter) => (upper.next().value === true ? letter.toUpperCase() : letter))
            .join('')
          const tail = number === undefined ? '' : `:${number}`
          expect(parseHost(written + end + tail)).toEqual(below(service, agent))
          expect(parseHost(formatAgentHost(agent) + end + tail)).toEqual(below(agent))
        },
      ),
    )
  })

  test('has a flat alias that is read back to the same two names, or none', () => {
    const maybeDouble = fc.oneof(
      label,
      fc.tuple(label, label).map((two) => two.join('--')),
    )
    fc.assert(
      fc.property(maybeDouble, maybeDouble, (service, agent) => {
        const alias = formatFlatAlias(service, agent)
        const isAmbiguous = service.includes('--') || agent.includes('--')
        expect(alias === undefined).toBe(isAmbiguous || service.length + agent.length > 61)
        if (alias === undefined) return
        expect(splitFlatAlias(alias.replace('.localhost', ''))).toEqual({ service, agent })
      }),
    )
  })

  test.each(['web', '--web', 'web--', 'a---b', 'a--b--c', '--', ''])('%j is no alias', (text) => {
    expect(splitFlatAlias(text)).toBeUndefined()
  })
})
