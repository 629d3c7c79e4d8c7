import { expect, test } from 'bun:test'
import { type NetworkHost, parseNetworkHost } from '../../../src/config/network-host.ts'

test.each<[string, NetworkHost]>([
  ['example.com', { host: 'example.com' }],
  ['API.Example.com:443', { host: 'api.example.com', port: 443 }],
  ['*.example.com', { host: '*.example.com' }],
  ['localhost:80', { host: 'localhost', port: 80 }],
  ['_x.example', { host: '_x.example' }],
  ['10.0.0.1:5432', { host: '10.0.0.1', port: 5432 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  ['[::1]', { host: '::1' }],
])('%s is a host', (text, host) => {
  expect(parseNetworkHost(text)).toEqual({ ok: true, value: host })
})

test.each([
  ['', '"" is not a host', 'write it like api.example.com, *.example.com or api.example.com:443'],
  ['https://a.example/b', '"https://a.example/b" is not a host', 'write a.example'],
  ['*', '"*" is not a host', 'write it like api.example.com, *.example.com or api.example.com:443'],
  [
    'a.*.b',
    '"a.*.b" is not a host',
    'write it like api.example.com, *.example.com or api.example.com:443',
  ],
  [
    '10.0.0.256',
    '"10.0.0.256" is not a host',
    'write it like api.example.com, *.example.com or api.example.com:443',
  ],
  [
    '::1',
    '"::1" is not a host',
    'write it like api.example.com, *.example.com or api.example.com:443',
  ],
  ['a:0', 'port "0" is not a number from 1 to 65535', 'choose a port from 1 to 65535'],
  [
    'a b',
    '"a b" is not a host',
    'write it like api.example.com, *.example.com or api.example.com:443',
  ],
])('%j is none', (text, what, fix) => {
  expect(parseNetworkHost(text)).toEqual({ ok: false, what, fix })
})
