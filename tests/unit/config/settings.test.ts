import { describe, expect, test } from 'bun:test'
import { type SettingInputs, resolveSettings } from '../../../src/config/settings.ts'
import { configOf, reportOf, valueOf } from './reading.ts'

const nothing: SettingInputs = {
  flags: {},
  env: {},
  global: { proxyPort: undefined, runtime: undefined, sandbox: undefined },
  platform: 'linux',
}

function settings(inputs: Partial<SettingInputs>) {
  return valueOf(resolveSettings({ ...nothing, ...inputs }))
}

/** Every source set; the rows below take the strongest away, one after the other. */
const project = configOf('sandbox: auto\ncontainer: { runtime: apple }')
const global = { proxyPort: 3, runtime: 'embedded', sandbox: 'gvisor' } as const
const env = {
  AGENTOPS_PROXY_PORT: '2',
  AGENTOPS_RUNTIME: 'docker',
  AGENTOPS_NO_SANDBOX: '1',
  AGENTOPS_DISABLE_BUILDKIT: '1',
  BUILDKIT_HOST: 'tcp://buildkit:1234',
}
const flags = { port: 1, runtime: 'embedded', sandbox: 'gvisor' } as const

describe('flag, then environment, then agent.yaml, then config.yaml, then default', () => {
  test('a flag is strongest', () => {
    expect(settings({ flags, env, project, global })).toMatchObject({
      proxyPort: { value: 1, source: 'flag', name: '--port' },
      runtime: { value: 'embedded', source: 'flag', name: '--runtime' },
      sandbox: { value: 'gvisor', source: 'flag', name: '--sandbox' },
    })
  })

  test('the environment follows', () => {
    expect(settings({ env, project, global })).toEqual({
      proxyPort: { value: 2, source: 'environment', name: 'AGENTOPS_PROXY_PORT' },
      runtime: { value: 'docker', source: 'environment', name: 'AGENTOPS_RUNTIME' },
      sandbox: { value: 'none', source: 'environment', name: 'AGENTOPS_NO_SANDBOX' },
      buildkitHost: { value: 'tcp://buildkit:1234', source: 'environment', name: 'BUILDKIT_HOST' },
      isBuildkitDisabled: { value: true, source: 'environment', name: 'AGENTOPS_DISABLE_BUILDKIT' },
      buildkitImage: { value: undefined, source: 'default', name: '' },
    })
  })

  test('agent.yaml follows', () => {
    expect(settings({ project, global })).toMatchObject({
      proxyPort: { value: 3, source: 'config.yaml', name: 'proxy.port' },
      runtime: { value: 'apple', source: 'agent.yaml', name: 'container.runtime' },
      sandbox: { value: 'auto', source: 'agent.yaml', name: 'sandbox' },
    })
  })

  test('config.yaml follows', () => {
    expect(settings({ global })).toMatchObject({
      runtime: { value: 'embedded', source: 'config.yaml', name: 'runtime' },
      sandbox: { value: 'gvisor', source: 'config.yaml', name: 'sandbox' },
    })
  })

  test('then there are defaults', () => {
    expect(settings({})).toEqual({
      proxyPort: { value: 8080, source: 'default', name: '' },
      runtime: { value: undefined, source: 'default', name: '' },
      sandbox: { value: 'gvisor', source: 'default', name: '' },
      buildkitHost: { value: undefined, source: 'default', name: '' },
      isBuildkitDisabled: { value: false, source: 'default', name: '' },
      buildkitImage: { value: undefined, source: 'default', name: '' },
    })
    expect(settings({ platform: 'darwin' }).sandbox).toMatchObject({
      value: 'none',
      source: 'default',
    })
  })
})

describe('a variable', () => {
  test('that is empty is not set, and neither is a switch of 0', () => {
    const empty = { AGENTOPS_PROXY_PORT: '', AGENTOPS_NO_SANDBOX: '0', BUILDKIT_HOST: '' }
    expect(settings({ env: empty })).toEqual(settings({}))
  })

  test('may ask for any free port', () => {
    expect(settings({ env: { AGENTOPS_PROXY_PORT: '0' } }).proxyPort.value).toBe(0)
  })

  test('with a bad value is an error, all of them at once', () => {
    const bad = {
      AGENTOPS_PROXY_PORT: 'http',
      AGENTOPS_RUNTIME: 'dokcer',
      AGENTOPS_NO_SANDBOX: 'true',
      AGENTOPS_DISABLE_BUILDKIT: 'yes',
      BUILDKIT_HOST: 'buildkit:1234',
    }
    expect(reportOf(resolveSettings({ ...nothing, env: bad }))).toEqual([
      'AGENTOPS_PROXY_PORT: port "http" is not a number from 0 to 65535 | choose a port from 0 to 65535',
      'AGENTOPS_RUNTIME is "dokcer", not one of docker, apple, embedded | write docker',
      'AGENTOPS_NO_SANDBOX is "true", not 1 | set AGENTOPS_NO_SANDBOX=1, or unset it',
      'AGENTOPS_DISABLE_BUILDKIT is "yes", not 1 | set AGENTOPS_DISABLE_BUILDKIT=1, or unset it',
      'BUILDKIT_HOST is "buildkit:1234", not an address | set it like tcp://127.0.0.1:1234 or unix:///run/buildkit/buildkitd.sock',
    ])
  })

  test.each(['tcp://127.0.0.1:1', 'tcp://[::1]:1234', 'unix:///run/buildkitd.sock'])(
    'BUILDKIT_HOST may be %s',
    (host) => {
      expect(settings({ env: { BUILDKIT_HOST: host } }).buildkitHost.value).toBe(host)
    },
  )
})
