import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'bun:test'
import { launchdAgent } from '../../../src/cli/proxy-service/launchd-agent.ts'
import { planService } from '../../../src/cli/proxy-service/plan-service.ts'
import { systemdUnit } from '../../../src/cli/proxy-service/systemd-unit.ts'
import { debianProgram } from '../../engine/debian-program.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { AnApp } from './an-app.ts'

const WISH = {
  command: ['/home/me/my tools/100%/$x/agent'],
  port: 8080,
  env: { AGENTOPS_HOME: '/s"t' },
}
const systemdAnalyze = await debianProgram('systemd-analyze', 'systemd', process.env)

test('a unit holds any path as it is', () => {
  const unit = systemdUnit(WISH)
  expect(unit).toContain(
    'ExecStart="/home/me/my tools/100%%/$$x/agent" "proxy" "start" "--foreground" "--service" "--port" "8080"\n',
  )
  expect(unit).toContain('Environment="AGENTOPS_HOME=/s\\"t"\n')
  expect(() => systemdUnit({ ...WISH, command: ['/a\nExecStop=/b'] })).toThrow('cannot hold')
})

/** Prints a property list as JSON, by Python's own reader of them. */
const READ_PLIST =
  'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))'
const hasPython = spawnSync('python3', ['--version']).status === 0

if (!hasPython) skippedTest('a property list says what it should', 'there is no python3')
else
  test('a property list says what it should', () => {
    const command = ['/a<b>&c"\'', ...WISH.command]
    using folder = temporaryFolder()
    const file = join(folder.path, 'agent-proxy.plist')
    writeFileSync(file, launchdAgent({ ...WISH, command }))
    const options = { encoding: 'utf8', timeout: 20_000 } as const
    const read = spawnSync('python3', ['-c', READ_PLIST, file], options)
    expect(read).toMatchObject({ status: 0, stderr: '' })
    // The keys of launchd.plist(5), each with the type that it has there.
    expect(JSON.parse(read.stdout)).toEqual({
      Label: 'agent-proxy',
      ProgramArguments: [
        ...command,
        'proxy',
        'start',
        '--foreground',
        '--service',
        '--port',
        '8080',
      ],
      EnvironmentVariables: WISH.env,
      RunAtLoad: true,
      // Any exit code but 0, which is that of a proxy that was told to end.
      KeepAlive: { SuccessfulExit: false },
      AbandonProcessGroup: true,
      // 0077 in decimal: a property list has no octal numbers.
      Umask: 0o77,
    })
  })

if (systemdAnalyze === undefined)
  skippedTest('systemd accepts the unit', 'there is no systemd-analyze')
else
  test('systemd accepts the unit', () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'agent-proxy.service')
    writeFileSync(file, systemdUnit({ ...WISH, command: ['/bin/true'] }))
    const verify = ['verify', '--man=no', '--recursive-errors=no', file]
    const verdict = spawnSync(systemdAnalyze, verify, { encoding: 'utf8', timeout: 20_000 })
    expect(verdict).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })

test('what the service is started with outlives an upgrade and the terminal', () => {
  using app = new AnApp()
  const { context } = app
  const bin = join(app.folder, 'bin')
  mkdirSync(bin)
  const versioned = join(app.folder, 'agent-1.2.3')
  writeFileSync(versioned, '')
  symlinkSync(versioned, join(bin, 'agent'))
  const env = {
    AGENTOPS_HOME: context.paths.dir,
    PATH: `.:/usr/bin:${bin}`,
    DOCKER_CONFIG: '/c',
    TERM: 'x',
    SSL_CERT_FILE: '',
  }
  const plan = (program: string) =>
    planService({ ...context, host: { ...context.host, env }, selfCommand: [program] }, 8080)
  expect(plan(versioned)).toEqual({
    command: [join(bin, 'agent')],
    port: 8080,
    env: { AGENTOPS_HOME: context.paths.dir, PATH: env.PATH, DOCKER_CONFIG: '/c' },
  })
  expect(plan('/elsewhere/agent').command).toEqual(['/elsewhere/agent'])
})
