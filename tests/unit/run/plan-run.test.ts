import { describe, expect, test } from 'bun:test'
import { loadProjectConfig } from '../../../src/config/load-project-config.ts'
import { type PlanInputs, planRun } from '../../../src/run/plan-run.ts'
import type { RunPlan } from '../../../src/run/plan.ts'
import { imageBase } from '../../../src/run/run-base.ts'
import type { RuntimeInfo } from '../../../src/runtime/container-state.ts'
import { valueOf } from '../config/reading.ts'
import { userErrorOf } from '../../support/user-error-of.ts'

const ENGINE: RuntimeInfo = {
  kind: 'docker',
  description: 'Docker Engine 28.5.2',
  version: '28.5.2',
  isLocal: true,
}

const FLAGS: PlanInputs['flags'] = {
  command: [],
  mounts: [],
  allowUnsafeMount: false,
  interactive: false,
  detach: false,
  keep: false,
  rebuild: false,
}

type Changes = Partial<Omit<PlanInputs, 'flags' | 'project'>> & {
  flags?: Partial<PlanInputs['flags']>
}

/** The plan of a project with this agent.yaml. */
function planned(yaml: string, changes: Changes = {}): RunPlan {
  const project = valueOf(loadProjectConfig({ text: yaml, file: 'agent.yaml' }))
  const host = { uid: 1000, gid: 1001, cwd: '/cwd', homeDir: '/home/me', platform: 'linux' }
  return planRun({
    name: 'myapp',
    workspace: '/w',
    sandbox: { value: 'none', source: 'flag', name: '--sandbox' },
    info: ENGINE,
    ociRuntimes: [],
    envNames: [],
    git: { mounts: [], env: {}, missing: [] },
    allowed: [],
    engine: { endpoint: 'unix:///var/run/docker.sock', buildkitImage: 'moby/buildkit:v1' },
    base: imageBase(project, { ...host, arch: 'x64', version: '1.2.3' }),
    host,
    realPath: (path) => path,
    ...changes,
    project,
    flags: { ...FLAGS, ...changes.flags },
  })
}

describe('the plan of a run', () => {
  test('has a persistent home only where it is known whose it is', () => {
    expect(planned('home: persistent')).toMatchObject({ home: 'persistent', user: '1000:1001' })
    expect(planned('home: ephemeral')).not.toHaveProperty('home')
    const yaml = 'home: persistent\ncontainer: { user: image }'
    expect(userErrorOf(() => planned(yaml)).fixes).toEqual(['remove container.user', 'remove home'])
  })

  test('of an empty project is complete and can be kept as JSON', () => {
    const plan = planned('{}')
    expect(plan).toEqual({
      name: 'myapp',
      workspace: '/w',
      runtime: 'docker',
      image: 'debian:bookworm-slim',
      imageSource: 'default',
      pull: 'missing',
      envNames: [],
      mounts: [],
      services: [],
      network: { policy: 'permissive', allow: [] },
      sandbox: {
        mode: 'none',
        notice: "sandbox: none, the container shares the host's kernel (--sandbox none)",
      },
      limits: { pids: 4096 },
      user: '1000:1001',
      interactive: false,
      attached: true,
      keep: false,
    })
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
  })

  test('has the services in the order of the file', () => {
    expect(planned('ports: { web: 3000, api: 8080, a: 1 }').services).toEqual([
      { name: 'web', containerPort: 3000 },
      { name: 'api', containerPort: 8080 },
      { name: 'a', containerPort: 1 },
    ])
  })

  test.each<[string, string, readonly string[], readonly string[] | undefined]>([
    ['the command line wins', 'command: [npm, start]', ['sh'], ['sh']],
    ['else agent.yaml', 'command: [npm, start]', [], ['npm', 'start']],
    ['else the image', '{}', [], undefined],
  ])('command: %s', (_why, yaml, command, expected) => {
    expect(planned(yaml, { flags: { command } }).command).toEqual(expected)
  })

  test.each([
    ['{}', 1000, '1000:1001'],
    ['container: { user: host }', 1000, '1000:1001'],
    ['container: { user: image }', 1000, undefined],
    // A system without user ids.
    ['{}', -1, undefined],
  ])('the user of %s under uid %i is %s', (yaml, uid, user) => {
    const host = { uid, gid: 1001, cwd: '/cwd', homeDir: '/home/me', platform: 'linux' }
    expect(planned(yaml, { host }).user).toBe(user)
  })

  test.each([
    ['{}', {}, false, true],
    ['interactive: true', {}, true, true],
    ['{}', { interactive: true }, true, true],
    ['{}', { detach: true }, false, false],
  ])('of %s with %j is interactive: %p, attached: %p', (yaml, flags, interactive, attached) => {
    expect(planned(yaml, { flags })).toMatchObject({ interactive, attached })
  })

  test.each(['interactive: true', '{}'])('of %s cannot be interactive and detached', (yaml) => {
    const flags = { detach: true, interactive: yaml === '{}' }
    const error = userErrorOf(() => planned(yaml, { flags }))
    expect(error.message).toBe('a run cannot be interactive and detached')
    expect(error.exitCode).toBe(2)
  })

  test('has the names of variables, sorted, and never a value', () => {
    const plan = planned('env: { SECRET: hunter2 }', { envNames: ['Z', 'SECRET', 'A'] })
    expect(plan.envNames).toEqual(['A', 'SECRET', 'Z'])
    expect(JSON.stringify(plan)).not.toContain('hunter2')
  })

  test('takes free text along for list', () => {
    const plan = planned('{ agent: claude, version: "1.2" }', { flags: { keep: true } })
    expect(plan).toMatchObject({ agent: 'claude', version: '1.2', keep: true })
  })

  test('is refused on an engine that is elsewhere, for it cannot see the project', () => {
    const error = userErrorOf(() => planned('{}', { info: { ...ENGINE, isLocal: false } }))
    expect(error.message).toContain('Docker Engine 28.5.2 runs on another machine')
    expect(error.message).toContain('/w')
    expect(error.exitCode).toBe(2)
  })

  test('has a strict network where somebody stands between the run and the network', () => {
    const yaml = 'network: { policy: strict, allow: ["api.example.com:443"] }'
    const embedded: RuntimeInfo = { ...ENGINE, kind: 'embedded' }
    expect(planned(yaml, { info: embedded }).network).toEqual({
      policy: 'strict',
      allow: [{ host: 'api.example.com', port: 443 }],
    })
    expect(planned(yaml).network.policy).toBe('strict')
    const apple: RuntimeInfo = { ...ENGINE, kind: 'apple', description: 'Apple container' }
    const error = userErrorOf(() => planned(yaml, { info: apple }))
    expect(error.message).toBe('network.policy: strict is not available on Apple container')
    expect(error.exitCode).toBe(2)
  })

  test('brings the mounts that git needs, after the others', () => {
    const git = {
      mounts: [{ source: '/w/.git', target: '/workspace/.git', readonly: false }],
      env: {},
      missing: [],
    }
    expect(planned('mounts: ["./d:/d"]', { git }).mounts).toEqual([
      { source: '/w/d', target: '/d', readonly: false },
      { source: '/w/.git', target: '/workspace/.git', readonly: false },
    ])
  })
})

describe('the mounts of a plan', () => {
  test('start from the project in agent.yaml, from here on the command line, from home with ~', () => {
    const mounts = [
      { source: 'data', target: '/flag', readonly: true },
      { source: '~/notes', target: '/notes', readonly: false },
    ]
    expect(planned('mounts: ["data:/data"]', { flags: { mounts } }).mounts).toEqual([
      { source: '/w/data', target: '/data', readonly: false },
      { source: '/cwd/data', target: '/flag', readonly: true },
      { source: '/home/me/notes', target: '/notes', readonly: false },
    ])
  })

  test.each(['../up:/up', '/etc:/etc2', '~/x:/x', '/w-other:/y', './link:/l'])(
    'of agent.yaml must not leave the project: %s',
    (mount) => {
      const error = userErrorOf(() => planned(`mounts: ["${mount}"]`, { realPath: withLink }))
      expect(error.message).toContain('lies outside the project')
      expect(error.exitCode).toBe(2)
      const allowed = planned(`mounts: ["${mount}"]`, {
        realPath: withLink,
        flags: { allowUnsafeMount: true },
      })
      expect(allowed.mounts).toHaveLength(1)
    },
  )

  test('that exist nowhere are named', () => {
    const error = userErrorOf(() => planned('mounts: ["./data:/data"]', { realPath: missing }))
    expect(error.message).toBe('the mount source "/w/data" does not exist')
    expect(error.exitCode).toBe(2)
  })
})

function withLink(path: string): string {
  return path === '/w/link' ? '/etc' : path
}

function missing(): string {
  throw new Error('ENOENT')
}
