import { expect, test } from 'bun:test'

import { buildkitHost } from '../../../src/buildkit/buildkit-host.ts'
import { userErrorOf } from '../../support/user-error-of.ts'

test.each([
  'tcp://builder:1234',
  'tcp://[::1]:1234',
  'tcp://10.0.0.1:1/',
  'unix:///run/buildkit.sock',
])('%p is an address of a BuildKit', (address) => {
  expect(buildkitHost(address).name).toBe(address)
})

test.each([
  '',
  'builder:1234',
  'tcp://builder',
  'tcp://builder:0',
  'tcp://builder:70000',
  'unix://relative',
  'docker-container://x',
])('%p is none, and the error says what is', (address) => {
  const error = userErrorOf(() => buildkitHost(address))
  expect(error.message).toBe(`BUILDKIT_HOST is ${JSON.stringify(address)}`)
  expect(error.fixes).toEqual(['set it to tcp://HOST:PORT or unix:///PATH, or unset it'])
  expect(error.exitCode).toBe(2)
})
