import { expect, test } from 'bun:test'
import { caVariables, proxyEnvironment } from '../../../src/egress/proxy-environment.ts'

test('both spellings name the proxy, and what is local goes past it', () => {
  const env = proxyEnvironment(3128, ['web.myapp.localhost'])
  for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'])
    expect(env[name]).toBe('http://127.0.0.1:3128')
  expect(env['no_proxy']).toBe('localhost,127.0.0.1,::1,.localhost,web.myapp.localhost')
  expect(env['NO_PROXY']).toBe(env['no_proxy'])
})

test('only the authorities that are set are passed on', () => {
  const env = {
    SSL_CERT_FILE: '/etc/own.pem',
    PIP_CERT: '',
    HOME: '/root',
    GIT_SSL_CAINFO: undefined,
  }
  expect(caVariables(env)).toEqual({ SSL_CERT_FILE: '/etc/own.pem' })
})
