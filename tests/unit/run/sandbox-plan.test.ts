import { describe, expect, test } from 'bun:test'
import type { SandboxMode } from '../../../src/config/choices.ts'
import type { Setting } from '../../../src/config/settings.ts'
import type { SandboxPlan } from '../../../src/run/plan.ts'
import { isGvisorAsked, mayUseGvisor, planSandbox } from '../../../src/run/sandbox-plan.ts'
import { userErrorOf } from '../../support/user-error-of.ts'

type SettingSource = Setting<SandboxMode>['source']

const both = ['runc', 'runsc']
const engine = {
  kind: 'docker',
  description: 'Docker Engine 28',
  endpoint: 'unix:///var/run/docker.sock',
} as const

function setting(value: SandboxMode, source: SettingSource): Setting<SandboxMode> {
  return { value, source, name: source === 'default' ? '' : '--sandbox' }
}

function sandbox(value: SandboxMode, source: SettingSource, ociRuntimes: string[]): SandboxPlan {
  return planSandbox(setting(value, source), { ...engine, ociRuntimes })
}

describe('the boundary of a run', () => {
  test.each<[SandboxMode, SettingSource]>([
    ['gvisor', 'default'],
    ['gvisor', 'flag'],
    ['auto', 'flag'],
  ])('is gVisor for %s by %s when the engine has it', (mode, source) => {
    expect(sandbox(mode, source, both)).toEqual({ mode, ociRuntime: 'runsc' })
  })

  test.each<SettingSource>(['flag', 'agent.yaml', 'config.yaml', 'default'])(
    'is refused when gVisor comes by %s and the engine lacks it, with the way there and the way without',
    (source) => {
      const error = userErrorOf(() => sandbox('gvisor', source, ['runc']))
      expect(error.message).toContain('Docker Engine 28 does not have')
      expect(error.fixes.join('\n')).toContain('sudo apt-get install -y runsc')
      expect(error.fixes.join('\n')).toContain('sudo runsc install && sudo systemctl reload docker')
      expect(error.fixes.join('\n')).toContain('agent run --no-sandbox')
    },
  )

  test('of Docker Desktop cannot be gVisor, and the fix says so', () => {
    const endpoint = 'unix:///home/me/.docker/desktop/docker.sock'
    const error = userErrorOf(() =>
      planSandbox(setting('gvisor', 'default'), { ...engine, endpoint, ociRuntimes: ['runc'] }),
    )
    expect(error.fixes).toHaveLength(1)
    expect(error.fixes[0]).toContain('cannot be added to Docker Desktop')
  })

  test('is the default runtime of the engine where that was asked for, and says so', () => {
    for (const source of ['flag', 'environment', 'default'] as const) {
      const plan = sandbox('none', source, both)
      expect(plan.ociRuntime).toBeUndefined()
      expect(plan.notice).toMatch(/shares the host's kernel/)
    }
    expect(sandbox('auto', 'flag', ['runc'])).toEqual({
      mode: 'auto',
      notice:
        "sandbox: none, the container shares the host's kernel (--sandbox auto, and Docker Engine 28 has no gVisor)",
    })
  })

  test('of the embedded runtime is its own, unless gVisor was asked for by name', () => {
    const embedded = { ...engine, kind: 'embedded', ociRuntimes: [] } as const
    expect(planSandbox(setting('gvisor', 'default'), embedded).notice).toContain('embedded')
    expect(() => planSandbox(setting('gvisor', 'flag'), embedded)).toThrow('the embedded runtime')
  })

  test('needs to know the runtimes of the engine unless it is none', () => {
    expect(mayUseGvisor(setting('gvisor', 'default'))).toBe(true)
    expect(mayUseGvisor(setting('auto', 'flag'))).toBe(true)
    expect(mayUseGvisor(setting('none', 'flag'))).toBe(false)
    expect(isGvisorAsked(setting('gvisor', 'agent.yaml'))).toBe(true)
    expect(isGvisorAsked(setting('gvisor', 'default'))).toBe(false)
  })
})
