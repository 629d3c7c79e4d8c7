import { describe, expect, test } from 'bun:test'
import { decodeAccessLine, lineOfRequest } from '../../../src/daemon/access-line.ts'
import type { AccessEntry } from '../../../src/proxy/access-entry.ts'

const entry: AccessEntry = {
  runId: 'run_0123456789ab',
  agent: 'myapp',
  service: 'web',
  atMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  method: 'GET',
  target: '/',
  status: 200,
  bodyBytes: 12,
  durationMs: 1.23456,
}

describe('a line of the access log', () => {
  test('tells who was asked for what', () => {
    expect(lineOfRequest(entry)).toEqual({
      time: '2026-01-02T03:04:05.000Z',
      direction: 'in',
      peer: 'web',
      method: 'GET',
      path: '/',
      status: 200,
      bytes: 12,
      durationMs: 1.2,
    })
  })

  test.each([
    ['/a?token=hunter2&page=3', '/a?token=…&page=…'],
    ['/a?flag', '/a?flag'],
    ['/a?x=hunter2?y=hunter2', '/a?x=…'],
    ['http://web.myapp.localhost/b?k=hunter2', '/b?k=…'],
    ['http://web.myapp.localhost', '/'],
    ['*', '*'],
  ])('has the names of a query only: %s', (target, path) => {
    expect(lineOfRequest({ ...entry, target }).path).toBe(path)
  })

  test('says what makes a dev server accept the host', () => {
    const hostBlock = { framework: 'Vite', remedy: 'server.allowedHosts' }
    expect(lineOfRequest({ ...entry, status: 403, hostBlock })).toMatchObject({
      reason: 'Vite refused the host',
      fix: 'server.allowedHosts',
    })
  })

  test('is read back, and one that was cut off is none', () => {
    const json = JSON.stringify(lineOfRequest(entry))
    expect(decodeAccessLine(json)).toEqual(lineOfRequest(entry))
    expect(decodeAccessLine(json.slice(0, -3))).toBeUndefined()
  })
})
