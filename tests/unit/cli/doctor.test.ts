import { describe, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RuntimeChoice } from '../../../src/config/choices.ts'
import type { Setting } from '../../../src/config/settings.ts'
import { daemonFinding } from '../../../src/cli/doctor/daemon-finding.ts'
import type { Finding } from '../../../src/cli/doctor/finding.ts'
import { portFinding, type PortFacts } from '../../../src/cli/doctor/port-finding.ts'
import { resolverFinding } from '../../../src/cli/doctor/resolver-finding.ts'
import { gvisorFinding, runtimeFindings } from '../../../src/cli/doctor/runtime-findings.ts'
import { stateFinding } from '../../../src/cli/doctor/state-finding.ts'
import type { RuntimeCandidate } from '../../../src/runtime/runtime-directory.ts'
import { InMemoryRuntime } from '../../fakes/in-memory-runtime.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { AnApp } from './an-app.ts'
import { startedRun } from './started-run.ts'

const NO_WISH: Setting<RuntimeChoice | undefined> = {
  value: undefined,
  source: 'default',
  name: '',
}
const NO_SOCKET: RuntimeCandidate = {
  kind: 'docker',
  what: 'default socket: no engine',
  fixes: ['systemctl start docker'],
  isNamed: false,
}
const NO_NAMESPACES: RuntimeCandidate = {
  kind: 'embedded',
  what: 'embedded runtime: user namespaces are switched off',
  fixes: ['sudo sysctl -w user.max_user_namespaces=15000'],
  isNamed: false,
}

async function works(kind: 'docker' | 'embedded'): Promise<RuntimeCandidate> {
  const runtime = new InMemoryRuntime()
  return { kind, found: { runtime, info: await runtime.ping() } }
}

describe('the check of the runtimes', () => {
  test('tells every place, and is broken only when none works', async () => {
    const all = [NO_SOCKET, NO_SOCKET, NO_NAMESPACES]
    expect(runtimeFindings(all, NO_WISH).map(({ outcome }) => outcome)).toEqual([
      'broken',
      'broken',
      'broken',
    ])
    const some = [NO_SOCKET, await works('embedded')]
    expect(runtimeFindings(some, NO_WISH)).toMatchObject([
      { check: 'runtime docker', outcome: 'notice', fix: ['systemctl start docker'] },
      { check: 'runtime embedded', outcome: 'ok' },
    ])
  })

  test('is broken where the engine that the user named does not answer: no other stands in for it', async () => {
    const candidates = [{ ...NO_SOCKET, isNamed: true }, await works('embedded')]
    expect(runtimeFindings(candidates, NO_WISH)).toMatchObject([
      { outcome: 'broken', fix: ['systemctl start docker', 'agent run --runtime embedded'] },
      { outcome: 'ok' },
    ])
    const wish = { value: 'embedded', source: 'environment', name: 'AGENTOPS_RUNTIME' } as const
    expect(runtimeFindings(candidates, wish)[0]?.outcome).toBe('notice')
  })

  test('is broken where the kind that is wished for does not work or exist', async () => {
    const candidates = [await works('docker'), NO_NAMESPACES]
    const embedded = { value: 'embedded', source: 'environment', name: 'AGENTOPS_RUNTIME' } as const
    expect(runtimeFindings(candidates, embedded)[1]?.outcome).toBe('broken')
    const apple = { ...embedded, value: 'apple' } as const
    expect(runtimeFindings(candidates, apple)[2]).toEqual({
      check: 'runtime',
      outcome: 'broken',
      detail: 'AGENTOPS_RUNTIME is apple, and there is no such runtime here',
      fix: ['set AGENTOPS_RUNTIME to docker'],
    })
  })

  test('knows gVisor by the name that engines have it under', () => {
    const engine = { description: 'Docker', endpoint: 'unix:///var/run/docker.sock' }
    expect(gvisorFinding(engine, true, 'gvisor').outcome).toBe('ok')
    expect(gvisorFinding(engine, false, 'gvisor')).toMatchObject({ outcome: 'broken' })
    expect(gvisorFinding(engine, false, 'none')).toMatchObject({ outcome: 'notice' })
    expect(gvisorFinding(engine, false, 'gvisor').fix?.join()).toContain('sudo runsc install')
    expect(gvisorFinding(engine, undefined, 'gvisor').outcome).toBe('notice')
  })
})

describe('the check of the resolver', () => {
  const nothing = { addresses: [], unknownHosts: [], platform: 'linux' } as const

  test('is content with this machine, and with nothing else', () => {
    expect(resolverFinding({ ...nothing, addresses: ['::1', '127.0.0.1'] }).outcome).toBe('ok')
    expect(resolverFinding({ ...nothing, addresses: ['10.0.0.1'] })).toMatchObject({
      outcome: 'notice',
      detail: '*.localhost leads to 10.0.0.1, not to this machine',
    })
  })

  test('gives the exact line for the routes there are', () => {
    const unknownHosts = ['web.a.localhost', 'api.a.localhost']
    expect(resolverFinding({ ...nothing, unknownHosts }).fix).toEqual([
      'sudo apt-get install libnss-myhostname, or your package of nss-myhostname',
      'add to /etc/hosts: 127.0.0.1 web.a.localhost api.a.localhost',
    ])
    expect(resolverFinding({ ...nothing, platform: 'darwin' }).fix).toEqual([
      'add to /etc/hosts: 127.0.0.1 <service>.<agent>.localhost',
    ])
  })
})

describe('the check of the port', () => {
  const free: PortFacts = {
    wish: { value: 8080, source: 'default', name: '' },
    live: undefined,
    isUnsafe: false,
    isBusy: false,
    isForbidden: false,
  }
  const asked = { value: 9000, source: 'environment', name: 'AGENTOPS_PROXY_PORT' } as const

  test.each<[string, Partial<PortFacts>, Finding['outcome'], string]>([
    ['free', {}, 'ok', 'port 8080 is free'],
    ['ours', { live: 8080, isBusy: true }, 'ok', 'our proxy listens on port 8080'],
    ['elsewhere, by default', { live: 9000 }, 'ok', 'our proxy listens on port 9000'],
    ['elsewhere than asked for', { live: 8080, wish: asked }, 'notice', 'not on 9000'],
    ['any', { wish: { ...asked, value: 0 } }, 'ok', 'any free port'],
    ['in use', { isBusy: true }, 'broken', 'port 8080 is in use'],
    ['privileged', { isForbidden: true }, 'broken', 'needs privileges'],
    ['refused by browsers', { isUnsafe: true }, 'broken', 'browsers refuse'],
  ])('%s', (_case, facts, outcome, detail) => {
    const finding = portFinding({ ...free, ...facts })
    expect(finding.outcome).toBe(outcome)
    expect(finding.detail).toContain(detail)
    expect(finding.fix === undefined).toBe(outcome === 'ok')
  })
})

describe('the check of the state folder', () => {
  const uid = process.getuid?.() ?? -1

  test('is content with a private folder of ours, and with one that can be made', () => {
    using folder = temporaryFolder()
    chmodSync(folder.path, 0o700)
    expect(stateFinding(folder.path, uid).outcome).toBe('ok')
    const later = join(folder.path, 'a', 'b')
    expect(stateFinding(later, uid)).toMatchObject({
      outcome: 'ok',
      detail: `${later}, made by the first run`,
    })
  })

  test('says who else can enter, and what is no folder or not ours', () => {
    using folder = temporaryFolder()
    chmodSync(folder.path, 0o755)
    expect(stateFinding(folder.path, uid)).toMatchObject({
      outcome: 'notice',
      fix: [`chmod 700 ${folder.path}`],
    })
    const file = join(folder.path, 'file')
    writeFileSync(file, '')
    expect(stateFinding(file, uid)).toMatchObject({
      outcome: 'broken',
      detail: `${file} is no folder`,
    })
    expect(stateFinding(folder.path, uid + 1)).toMatchObject({
      outcome: 'broken',
      detail: `${folder.path} belongs to another user`,
    })
    expect(stateFinding(join(file, 'below'), uid).outcome).toBe('broken')
  })
})

test('the check of the background process wants one only where runs live', () => {
  expect(daemonFinding(undefined, 0).outcome).toBe('ok')
  expect(daemonFinding(undefined, 2)).toMatchObject({ outcome: 'notice', fix: ['agent list'] })
  expect(daemonFinding({ pid: 7, uptimeMs: 61_000, version: '1.2.3' }, 2).detail).toBe(
    'process 7, up 1m, version 1.2.3',
  )
})

describe('agent doctor', () => {
  test('prints a line for every check, and what mends several only once', async () => {
    using app = new AnApp({ env: { AGENTOPS_PROXY_PORT: '0' } })
    app.context.runtimes.survey = async () => [NO_SOCKET, NO_SOCKET, await works('embedded')]
    await app.run('doctor')
    const lines = app.output.answers
    expect(lines.slice(0, 3)).toEqual([
      'notice  runtime docker      default socket: no engine',
      'notice  runtime docker      default socket: no engine',
      '        fix: systemctl start docker',
    ])
    expect(lines[3]).toStartWith('ok      runtime embedded    ')
    expect(lines).toContain('ok      proxy port          any free port will do')
  })

  test('ends with 1 when something is broken, and makes nothing', async () => {
    using app = new AnApp({ env: { AGENTOPS_PROXY_PORT: '0' } })
    app.context.runtimes.survey = async () => [NO_SOCKET, NO_NAMESPACES]
    expect(await rejectionOf(app.run('doctor', '--json'))).toMatchObject({ exitCode: 1 })
    expect(JSON.parse(app.output.answers.join('\n'))).toContainEqual({
      check: 'runtime embedded',
      outcome: 'broken',
      detail: 'embedded runtime: user namespaces are switched off',
      fix: ['sudo sysctl -w user.max_user_namespaces=15000'],
    })
    expect(stateFinding(app.context.paths.dir, -1).detail).toContain('made by the first run')
  })

  test('sees the runs that nobody looks after', async () => {
    using app = new AnApp({ env: { AGENTOPS_PROXY_PORT: '0', AGENTOPS_NO_SANDBOX: '1' } })
    await startedRun(app)
    await app.run('doctor')
    expect(app.output.answers.join('\n')).toContain('1 live run is not looked after')
  })

  test('says what is wrong with settings, or with the state, and goes no further into it', async () => {
    using app = new AnApp({ env: { AGENTOPS_PROXY_PORT: '99999' } })
    await rejectionOf(app.run('doctor'))
    expect(app.output.answers[0]).toStartWith('broken  settings')
    using other = new AnApp({ env: { AGENTOPS_PROXY_PORT: '0' } })
    mkdirSync(other.context.paths.dir, { mode: 0o700 })
    writeFileSync(join(other.context.paths.dir, 'state.db'), 'no database')
    await rejectionOf(other.run('doctor'))
    expect(other.output.answers.join('\n')).toMatch(/^broken {2}state/m)
  })
})
