import { describe, expect, test } from 'bun:test'
import type { SandboxMode } from '../../../src/config/choices.ts'
import type { Setting } from '../../../src/config/settings.ts'
import type { SandboxPlan } from '../../../src/run/plan.ts'
import { planSandbox, wantsGvisor } from '../../../src/run/sandbox-plan.ts'
import { userErrorOf } from '../../support/user-error-of.ts'

type SettingSource = Setting<SandboxMode>['source']

function sandbox(value: SandboxMode, source: SettingSource, ociRuntimes: string[]): SandboxPlan {
  const name = source === 'default' ? '' : '--sandbox'
  return planSandbox({ value, source, name }, { description: 'Docker Engine 28', ociRuntimes })
}

describe('the boundary of a run', () => {
  test('is gVisor when it was asked for and the engine has it', () => {
    expect(sandbox('gvisor', 'flag', ['runc', 'runsc'])).toEqual({
      mode: 'gvisor',
      ociRuntime: 'runsc',
    })
  })

  test.each<SettingSource>(['flag', 'agent.yaml', 'config.yaml'])(
    'is refused when %s asks for gVisor and the engine lacks it',
    (source) => {
      const error = userErrorOf(() => sandbox('gvisor', source, ['runc']))
      expect(error.message).toContain('Docker Engine 28 does not have')
      expect(error.fixes).toContain('agent run --sandbox none')
    },
  )

  test('never weakens without a word', () => {
    const modes: [SandboxMode, SettingSource][] = [
      ['gvisor', 'default'],
      ['auto', 'flag'],
      ['none', 'flag'],
      ['none', 'environment'],
      ['none', 'default'],
    ]
    for (const [mode, source] of modes)
      for (const runtimes of [['runc'], ['runc', 'runsc']]) {
        const plan = sandbox(mode, source, runtimes)
        if (plan.ociRuntime === undefined) expect(plan.notice).toMatch(/shares the host's kernel/)
        else expect(plan.ociRuntime).toBe('runsc')
      }
  })

  test('needs to know the runtimes of the engine only when gVisor was asked for by name', () => {
    expect(wantsGvisor({ value: 'gvisor', source: 'agent.yaml', name: 'sandbox' })).toBe(true)
    expect(wantsGvisor({ value: 'gvisor', source: 'default', name: '' })).toBe(false)
    expect(wantsGvisor({ value: 'auto', source: 'flag', name: '--sandbox' })).toBe(false)
  })
})
