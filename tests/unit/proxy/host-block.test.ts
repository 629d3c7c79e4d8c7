import { describe, expect, test } from 'bun:test'
import { recogniseHostBlock } from '../../../src/proxy/host-block.ts'

describe("a dev server's own host block", () => {
  test.each([
    [403, 'Blocked request. This host ("web.myapp.localhost") is not allowed.\nTo allow', 'Vite'],
    [403, 'Invalid Host header', 'webpack-dev-server'],
    [403, 'Unauthorized', 'Next.js'],
    [403, 'c\r\nUnauthorized\r\n0\r\n\r\n', 'Next.js'],
    [403, '<h1>Blocked hosts: web.myapp.localhost</h1>', 'Rails'],
    [400, '<title>DisallowedHost at /</title>', 'Django'],
  ])('%d %j is by %s', (status, body, framework) => {
    expect(recogniseHostBlock(status, body)?.framework).toBe(framework)
  })

  test.each([
    [200, 'Blocked request. This host ("x") is not allowed.'],
    [403, 'Unauthorized access to /admin'],
    [403, '{"error":"Unauthorized"}'],
    [401, 'Unauthorized'],
    [400, 'Bad Request'],
  ])('%d %j is none', (status, body) => {
    expect(recogniseHostBlock(status, body)).toBeUndefined()
  })
})
