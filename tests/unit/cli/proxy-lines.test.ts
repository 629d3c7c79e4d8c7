import { describe, expect, test } from 'bun:test'
import { proxyLines } from '../../../src/cli/control-proxy.ts'

const older = {
  listening: true,
  port: 8080,
  addresses: ['127.0.0.1', '::1'],
  pinned: true,
  pid: 4711,
  version: '1.2.3',
  uptimeMs: 61_000,
  routes: 2,
  requests: 1203,
  openConnections: 9,
  tunnels: 3,
}

describe('what agent proxy status shows', () => {
  test('is what the proxy does, each in a line', () => {
    const counts = { failures: 4, upstreamConnections: 6, idleUpstreamConnections: 5 }
    expect(proxyLines({ ...older, service: true })[2]).toBe('started      as a service')
    expect(proxyLines({ ...older, ...counts })).toEqual([
      'proxy        http://localhost:8080',
      'addresses    127.0.0.1, ::1',
      'started      by name, until agent proxy stop',
      'process      4711, up 1m, version 1.2.3',
      'routes       2',
      'requests     1203, 4 without an answer from their service',
      'connections  9 of clients, 3 of these tunnels',
      'upstreams    6 connections to services, 5 of these idle',
    ])
  })

  test('leaves out what an older background process does not tell', () => {
    expect(proxyLines(older).slice(5)).toEqual([
      'requests     1203',
      'connections  9 of clients, 3 of these tunnels',
    ])
  })
})
