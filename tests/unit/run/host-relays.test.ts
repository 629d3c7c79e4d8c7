import { expect, test } from 'bun:test'
import { statePaths } from '../../../src/platform/state-paths.ts'
import { hostRelays } from '../../../src/run/host-relays.ts'

const runId = 'run_0123456789ab'
const paths = statePaths({ env: { AGENTOPS_HOME: '/s' }, homeDir: '/home/me', uid: 1 })
const egress = '/s/sockets/run_0123456789ab.out'
const inside = '/s/sockets/run_0123456789ab.in'

function relaysOf(containerPort: number, proxyPort?: number) {
  const services = [{ name: 'web', containerPort }]
  return hostRelays({
    agent: 'a',
    runId,
    services,
    paths,
    ...(proxyPort === undefined ? {} : { proxyPort }),
  })
}

test('a run reaches its own names on the port its user has', () => {
  const { hostRelays: relays, extraHosts, env } = relaysOf(3000, 8080)
  expect(relays).toEqual([
    { port: 3128, socketPath: egress },
    { port: 8080, socketPath: inside },
  ])
  expect(extraHosts).toEqual(
    ['a.localhost', 'web.a.localhost', 'web--a.localhost'].map((name) => ({
      name,
      address: '127.0.0.1',
    })),
  )
  expect(env).toMatchObject({ https_proxy: 'http://127.0.0.1:3128', NODE_USE_ENV_PROXY: '1' })
})

test("a service on the proxy's port keeps it", () => {
  const { hostRelays: relays, extraHosts, notice } = relaysOf(8080, 8080)
  expect(relays).toEqual([{ port: 3128, socketPath: egress }])
  expect(notice).toContain(`service "web" has the proxy's port 8080`)
  expect(extraHosts).toEqual([])
})

test("a service on the egress proxy's port keeps it too", () => {
  const { hostRelays: relays, env } = relaysOf(3128, 3129)
  expect(relays[0]).toEqual({ port: 3130, socketPath: egress })
  expect(env['http_proxy']).toBe('http://127.0.0.1:3130')
})

test('a run without services only gets out', () => {
  expect(relaysOf(3000).hostRelays).toHaveLength(1)
})
