import { describe, expect, test } from 'bun:test'
import { buildkitConfig } from '../../../src/run/buildkit-sidecar.ts'
import { withDockerInside } from '../../../src/run/docker-inside.ts'
import type { RunPlan } from '../../../src/run/plan.ts'
import { plainSpec } from '../../contract/runtime/plain-spec.ts'

const PLAN: RunPlan = {
  name: 'a',
  workspace: '/w',
  runtime: 'docker',
  image: 'busybox:latest',
  imageSource: 'dependencies',
  pull: 'missing',
  envNames: [],
  mounts: [],
  services: [],
  network: { policy: 'permissive', allow: [] },
  sandbox: { mode: 'none' },
  interactive: false,
  attached: true,
  keep: false,
}
const DIND: RunPlan = { ...PLAN, docker: { mode: 'dind', buildkitImage: 'b' } }

describe('the main container', () => {
  test('without Docker inside is as it was', () => {
    expect(withDockerInside(plainSpec, PLAN, 'run_1')).toBe(plainSpec)
  })

  test('with docker:host has the socket, and is begun by root', () => {
    const plan: RunPlan = { ...PLAN, docker: { mode: 'host', socket: '/run/x.sock' } }
    const spec = withDockerInside({ ...plainSpec, user: '1:1' }, plan, 'run_1')
    expect(spec).toEqual({
      ...plainSpec,
      user: '0:0',
      mounts: [{ source: '/run/x.sock', target: '/var/run/docker.sock', readonly: false }],
    })
  })

  test('with docker:dind is privileged, and keeps the images of its engine in a volume', () => {
    const spec = withDockerInside(plainSpec, DIND, 'run_1')
    expect(spec).toMatchObject({
      user: '0:0',
      privileged: true,
      mounts: [],
      volumes: [{ name: 'agentops-docker-run_1', target: '/var/lib/docker' }],
      env: { BUILDKIT_HOST: 'tcp://buildkit:1234', BUILDX_BUILDER: 'side', NO_PROXY: 'buildkit' },
    })
  })

  test('with docker:dind reaches its builder beside any proxy', () => {
    const env = { no_proxy: 'localhost', HTTP_PROXY: 'http://proxy:3128' }
    expect(withDockerInside({ ...plainSpec, env }, DIND, 'run_1').env).toMatchObject({
      HTTP_PROXY: 'http://proxy:3128',
      no_proxy: 'localhost,buildkit',
      NO_PROXY: 'localhost,buildkit',
    })
  })
})

test('the builder has the name servers of this machine, where it has any', () => {
  expect(buildkitConfig(['10.0.0.1', '2001:db8::1'])).toBe(
    '[dns]\n  nameservers = ["10.0.0.1","2001:db8::1"]\n',
  )
  expect(buildkitConfig([])).toBe('')
})
