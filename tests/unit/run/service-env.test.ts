import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { isDnsLabel } from '../../../src/lib/dns-label.ts'
import { envSuffix, httpUrl, serviceEnv } from '../../../src/run/service-env.ts'

describe('the variables that tell a run its own URLs', () => {
  test('name the agent and each service', () => {
    const services = [
      { name: 'web', containerPort: 3000 },
      { name: 'my-api', containerPort: 8080 },
    ]
    expect(serviceEnv({ agent: 'myapp', services, port: 8080 })).toEqual({
      AGENTOPS_HOST: 'myapp.localhost',
      AGENTOPS_URL: 'http://myapp.localhost:8080',
      AGENTOPS_HOST_WEB: 'web.myapp.localhost',
      AGENTOPS_URL_WEB: 'http://web.myapp.localhost:8080',
      AGENTOPS_HOST_MY_API: 'my-api.myapp.localhost',
      AGENTOPS_URL_MY_API: 'http://my-api.myapp.localhost:8080',
    })
  })

  test('are none without services', () => {
    expect(serviceEnv({ agent: 'myapp', services: [], port: 8080 })).toEqual({})
  })

  test('leave the port out where it is that of http', () => {
    expect(httpUrl('web.myapp.localhost', 80)).toBe('http://web.myapp.localhost')
    expect(httpUrl('web.myapp.localhost', 8080)).toBe('http://web.myapp.localhost:8080')
    expect(httpUrl('web.myapp.localhost', 443)).toBe('http://web.myapp.localhost:443')
  })

  test.each([
    ['web', 'WEB'],
    ['my-api', 'MY_API'],
    ['a--b', 'A__B'],
    ['0', '0'],
  ])('%s ends in %s', (service, suffix) => {
    expect(envSuffix(service)).toBe(suffix)
  })

  test('tell any two services apart, in names that every shell takes', () => {
    const label = fc.stringMatching(/^[a-z0-9-]{1,6}$/).filter(isDnsLabel)
    fc.assert(
      fc.property(label, label, (one, other) => {
        expect(envSuffix(one)).toMatch(/^[A-Z0-9_]+$/)
        expect(envSuffix(one) === envSuffix(other)).toBe(one === other)
      }),
    )
  })
})
