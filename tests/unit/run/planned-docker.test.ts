import { describe, expect, test } from 'bun:test'
import {
  type DockerInputs,
  dockerOfPlan,
  dockerSandbox,
  execCommandOf,
  needsDocker,
  planDocker,
} from '../../../src/run/planned-docker.ts'
import { userErrorOf } from '../../support/user-error-of.ts'

const INPUTS: DockerInputs = {
  mode: 'host',
  info: {
    kind: 'docker',
    description: 'Docker Engine 28.5.2',
    version: '28.5.2',
    isLocal: true,
  },
  endpoint: 'unix:///var/run/docker.sock',
  platform: 'linux',
  buildkitImage: 'moby/buildkit:v1',
  keep: false,
}

describe('docker:host', () => {
  test.each([
    ['darwin', 'unix:///Users/me/.docker/run/docker.sock'],
    ['linux', 'unix:///home/me/.docker/desktop/docker.sock'],
    ['linux', 'unix:///home/me/.colima/default/docker.sock'],
  ])(
    'of an engine in a virtual machine (%s, %s) is the socket over there',
    (platform, endpoint) => {
      expect(planDocker({ ...INPUTS, platform, endpoint })).toEqual({
        mode: 'host',
        socket: '/var/run/docker.sock',
      })
    },
  )

  test('of an engine on this machine is the socket that was dialled, without links', () => {
    const endpoint = 'unix:///proc/self/../1/status'
    expect(planDocker({ ...INPUTS, endpoint })).toEqual({ mode: 'host', socket: '/proc/1/status' })
  })

  test.each([
    ['unix:///nonexistent/docker.sock', 'docker:host needs the engine'],
    ['tcp://127.0.0.1:2375', "docker:host hands on the engine's socket"],
    ['ssh://me@build', "docker:host hands on the engine's socket"],
  ])('%s is refused', (endpoint, what) => {
    const error = userErrorOf(() => planDocker({ ...INPUTS, endpoint }))
    expect(error.message).toStartWith(what)
    expect(error.exitCode).toBe(2)
    expect(error.fixes.length).toBeGreaterThan(0)
  })
})

describe('docker:dind', () => {
  test('is planned with its builder', () => {
    const planned = { mode: 'dind', buildkitImage: 'moby/buildkit:v1' } as const
    expect(planDocker({ ...INPUTS, mode: 'dind' })).toEqual(planned)
    expect(dockerOfPlan(JSON.parse(JSON.stringify({ docker: planned })))).toEqual(planned)
    expect(dockerOfPlan({})).toBeUndefined()
  })

  test('cannot be kept', () => {
    const error = userErrorOf(() => planDocker({ ...INPUTS, mode: 'dind', keep: true }))
    expect(error.fixes).toEqual(['leave out --keep'])
  })
})

test.each(['host', 'dind'] as const)('docker:%s is refused on other runtimes', (mode) => {
  const info = { ...INPUTS.info, kind: 'apple', description: 'Apple container 1.0' } as const
  const error = userErrorOf(() => planDocker({ ...INPUTS, mode, info }))
  expect(error.message).toStartWith(`Apple container 1.0 cannot do docker:${mode}: `)
  expect(error.fixes[0]).toContain('--runtime docker')
  expect(needsDocker(mode, { description: 'x' }).fixes).toEqual(error.fixes)
})

describe('the boundary of Docker inside', () => {
  const docker = { mode: 'dind', buildkitImage: 'x' } as const

  test("is the engine's default runtime, and is told", () => {
    const byDefault = { value: 'gvisor', source: 'default', name: '' } as const
    expect(dockerSandbox(byDefault, docker)).toEqual({
      mode: 'none',
      notice:
        'sandbox: none; docker:dind runs a privileged container, which is no boundary against a determined program',
    })
  })

  test('is refused when gVisor was asked for by name', () => {
    const asked = { value: 'gvisor', source: 'agent.yaml', name: 'sandbox' } as const
    const error = userErrorOf(() => dockerSandbox(asked, docker))
    expect(error.message).toStartWith('sandbox "gvisor" (sandbox) cannot do docker:dind')
  })
})

test('a further command goes the same way as the first', () => {
  const docker = { mode: 'host', socket: '/s' }
  expect(execCommandOf({ docker }, ['ls', '-l'])).toEqual([
    '/usr/local/bin/agent-init',
    '--enter',
    'ls',
    '-l',
  ])
  expect(execCommandOf({}, ['ls'])).toEqual(['ls'])
})
