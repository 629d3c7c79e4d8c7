import { expect, test } from 'bun:test'
import * as fc from 'fast-check'

import {
  formatEndpoint,
  isLocalEndpoint,
  parseEndpoint,
  type Endpoint,
} from '../../../src/docker/endpoint.ts'

const valid: [string, Endpoint, string?][] = [
  ['unix:///var/run/docker.sock', { kind: 'unix', path: '/var/run/docker.sock' }],
  ['/run/docker.sock', { kind: 'unix', path: '/run/docker.sock' }, 'unix:///run/docker.sock'],
  ['tcp://10.0.0.1:2375', { kind: 'tcp', host: '10.0.0.1', port: 2375 }],
  ['tcp://engine', { kind: 'tcp', host: 'engine', port: 2375 }, 'tcp://engine:2375'],
  ['engine:1234', { kind: 'tcp', host: 'engine', port: 1234 }, 'tcp://engine:1234'],
  ['http://engine:80', { kind: 'tcp', host: 'engine', port: 80 }, 'tcp://engine:80'],
  ['tcp://[::1]:2375', { kind: 'tcp', host: '::1', port: 2375 }],
  [
    'tcp://engine:2376?tls=%2Fhome%2Fme%2F.docker',
    { kind: 'tcp', host: 'engine', port: 2376, tls: { folder: '/home/me/.docker', verify: true } },
  ],
  [
    'tcp://engine?tls=%2Fc&verify=0',
    { kind: 'tcp', host: 'engine', port: 2376, tls: { folder: '/c', verify: false } },
    'tcp://engine:2376?tls=%2Fc&verify=0',
  ],
  ['ssh://me@engine', { kind: 'ssh', host: 'engine', user: 'me' }],
  [
    'ssh://engine:2222/run/docker.sock',
    { kind: 'ssh', host: 'engine', port: 2222, path: '/run/docker.sock' },
  ],
]

for (const [text, endpoint, canonical] of valid) {
  test(`${text} is read, and written so that it can be read again`, () => {
    expect(parseEndpoint(text)).toEqual(endpoint)
    expect(formatEndpoint(endpoint)).toBe(canonical ?? text)
    expect(parseEndpoint(formatEndpoint(endpoint))).toEqual(endpoint)
  })
}

const invalid = [
  '',
  'unix://docker.sock',
  'npipe:////./pipe/docker',
  'tcp://',
  'tcp://host:99999',
  'tcp://host:2375/prefix',
  'https://host:2376',
  'ssh://',
  'fd://3',
]

for (const text of invalid) {
  test(`${JSON.stringify(text)} is refused with the text shown`, () => {
    expect(() => parseEndpoint(text)).toThrow(JSON.stringify(text))
  })
}

test('every endpoint survives being written and read', () => {
  const segment = fc.stringMatching(/^[A-Za-z0-9._ -]{1,12}$/)
  const endpoints = fc.oneof(
    fc.record({ kind: fc.constant('unix' as const), path: segment.map((name) => `/${name}`) }),
    fc.record(
      {
        kind: fc.constant('tcp' as const),
        host: fc.oneof(fc.ipV4(), fc.constant('::1'), fc.constant('engine.example')),
        port: fc.integer({ min: 1, max: 65_535 }),
        tls: fc.record({ folder: fc.string({ minLength: 1 }), verify: fc.boolean() }),
      },
      { requiredKeys: ['kind', 'host', 'port'] },
    ),
  )
  fc.assert(
    fc.property(endpoints, (endpoint) => {
      expect(parseEndpoint(formatEndpoint(endpoint))).toEqual(endpoint)
    }),
  )
})

test('material given beside the text turns on TLS and its port', () => {
  const tls = { folder: '/certs', verify: true }
  expect(parseEndpoint('tcp://engine', tls)).toEqual({
    kind: 'tcp',
    host: 'engine',
    port: 2376,
    tls,
  })
})

test('only sockets and this machine are local', () => {
  expect(isLocalEndpoint(parseEndpoint('unix:///x'))).toBe(true)
  expect(isLocalEndpoint(parseEndpoint('tcp://127.0.0.1:2375'))).toBe(true)
  expect(isLocalEndpoint(parseEndpoint('tcp://localhost:2375'))).toBe(true)
  expect(isLocalEndpoint(parseEndpoint('tcp://10.1.2.3:2375'))).toBe(false)
  expect(isLocalEndpoint(parseEndpoint('ssh://localhost'))).toBe(false)
})
