import { expect, test } from 'bun:test'
import { policyRefusal } from '../../../src/egress/egress-policy.ts'
import { parseAuthority, parseHttpTarget } from '../../../src/egress/target.ts'

function isAllowed(entry: { host: string; port?: number }, authority: string): boolean {
  const target = parseAuthority(authority)
  if (!target.ok) throw new Error(target.what)
  return policyRefusal({ kind: 'strict', allow: [entry] }, target.value) === undefined
}

test.each([
  [{ host: 'api.test' }, 'api.test:443', true],
  [{ host: 'API.test.' }, 'Api.Test.:1', true],
  [{ host: 'api.test', port: 443 }, 'api.test:80', false],
  [{ host: 'api.test' }, 'x.api.test:443', false],
  [{ host: 'api.test' }, 'xapi.test:443', false],
  [{ host: '*.test' }, 'a.b.test:443', true],
  [{ host: '*.api.test' }, 'api.test:443', false],
  [{ host: '*.api.test' }, 'xapi.test:443', false],
  [{ host: '1.2.3.4' }, '1.2.3.4:443', true],
  [{ host: '1.2.3.4' }, '0x1.2.772:443', true],
  [{ host: '1.2.3.4' }, '[::ffff:1.2.3.4]:443', true],
  [{ host: '2001:db8::1' }, '[2001:DB8:0::1]:443', true],
  [{ host: 'api.test' }, '1.2.3.4:443', false],
  [{ host: '*.4' }, '1.2.3.4:443', false],
  [{ host: 'localhost' }, 'localhost:443', false],
] as const)('strict with %j: %s → %p', (entry, authority, allowed) => {
  expect(isAllowed(entry, authority)).toBe(allowed)
})

test.each([
  ['http://A.test', { host: 'a.test', port: 80, path: '/' }],
  ['http://a.test:8080?x=/', { host: 'a.test', port: 8080, path: '/?x=/' }],
  ['HTTP://[::2]/a#b', { host: '::2', port: 80, path: '/a' }],
  ['http://0x7f.1/', { host: '127.0.0.1', port: 80, path: '/' }],
] as const)('%s is read as a target', (text, target) => {
  expect(parseHttpTarget(text)).toMatchObject({ ok: true, value: target })
})

test.each([
  '/a',
  'http:///a',
  'https://a/',
  'http://user@a/',
  'http://a b/',
  'http://a:0/',
  'http://a:65536/',
  'http://a/ b',
  'http://a..b/',
  'http://[127.0.0.1]/',
  'http://[fe80::1%25eth0]/',
  'http://1.2.3.400/',
  'http://a.0x1g.0x/',
  `http://${'a'.repeat(64)}.test/`,
])('%s is no target', (text) => {
  expect(parseHttpTarget(text)).toMatchObject({ ok: false })
})
