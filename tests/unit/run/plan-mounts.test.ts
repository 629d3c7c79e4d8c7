import { expect, test } from 'bun:test'
import { loadProjectConfig } from '../../../src/config/load-project-config.ts'
import type { Mount } from '../../../src/config/mount.ts'
import { imageBase } from '../../../src/run/run-base.ts'
import { planRun } from '../../../src/run/plan-run.ts'
import { valueOf } from '../config/reading.ts'

/** The mounts of a run of /w whose agent.yaml asks for `mounts`. */
function plannedMounts(mounts: string, asked: readonly Mount[] = []) {
  const text = `mounts: ${mounts}`
  const project = valueOf(loadProjectConfig({ text, file: 'agent.yaml' }))
  const host = { uid: 1, gid: 1, cwd: '/elsewhere', homeDir: '/home/me', platform: 'linux' }
  const plan = planRun({
    project,
    allowed: [],
    engine: { endpoint: 'unix:///var/run/docker.sock', buildkitImage: 'moby/buildkit:v1' },
    base: imageBase(project, { ...host, arch: 'x64', version: '1.2.3' }),
    name: 'a',
    workspace: '/w',
    sandbox: { value: 'none', source: 'flag', name: '--sandbox' },
    info: { kind: 'docker', description: 'engine', version: '1', isLocal: true },
    ociRuntimes: [],
    flags: {
      command: [],
      mounts: asked,
      allowUnsafeMount: false,
      interactive: false,
      detach: false,
      keep: false,
      rebuild: false,
    },
    envNames: [],
    git: { mounts: [], env: {}, missing: [] },
    host,
    realPath: (path) => path,
  })
  return plan.mounts
}

test('a mount from inside the project is planned', () => {
  expect(plannedMounts('["./data:/data:ro"]')).toEqual([
    { source: '/w/data', target: '/data', readonly: true },
  ])
})

test('one from outside is refused, and the flag that is named as the way out is one', () => {
  expect(() => plannedMounts('["/shared:/data"]')).toThrow(
    '"/shared", which lies outside the project',
  )
  const same = { source: '/shared', target: '/data', readonly: false }
  expect(plannedMounts('["/shared:/data"]', [same])).toEqual([same])
})
