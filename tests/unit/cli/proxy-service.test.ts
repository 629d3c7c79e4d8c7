import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'bun:test'
import type { AppContext } from '../../../src/cli/app-context.ts'
import { launchdAgent } from '../../../src/cli/proxy-service/launchd-agent.ts'
import {
  installService,
  showService,
  uninstallService,
} from '../../../src/cli/proxy-service/manage-service.ts'
import { systemdUnit } from '../../../src/cli/proxy-service/systemd-unit.ts'
import { UserError } from '../../../src/lib/errors.ts'
import { debianProgram } from '../../engine/debian-program.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { AnApp } from './an-app.ts'

const WISH = {
  command: ['/home/me/my tools/100%/$x/agent'],
  port: 8080,
  env: { AGENTOPS_HOME: '/s"t' },
}
const systemdAnalyze = await debianProgram('systemd-analyze', 'systemd', process.env)

/**
 * Stands in for `systemctl` or `launchctl`, neither of which answers on a test machine: it notes what it was told, and
 * remembers whether the service was started. What a real one does with these orders is not shown here.
 */
function managerProgram(name: string): string {
  const starts = name === 'systemctl' ? '*restart*' : '*bootstrap*'
  const stops = name === 'systemctl' ? '*disable*' : '*bootout*'
  const asks = name === 'systemctl' ? '*is-active*' : '*print*/agent-proxy'
  return `#!/bin/sh
echo "$*" >> "$HOME/orders"
case "$*" in
${starts}) : > "$HOME/runs" ;;
${stops}) rm -f "$HOME/runs" ;;
${asks}) [ -e "$HOME/runs" ] ;;
esac
`
}

class Machine implements Disposable {
  readonly #folder = temporaryFolder()
  readonly #app = new AnApp()
  readonly home = this.#folder.path
  readonly output = this.#app.output
  readonly context: AppContext

  constructor(platform: 'linux' | 'darwin', managers: readonly string[]) {
    const bin = join(this.home, 'bin')
    mkdirSync(bin)
    for (const name of managers) {
      writeFileSync(join(bin, name), managerProgram(name))
      chmodSync(join(bin, name), 0o755)
    }
    const env = { HOME: this.home, PATH: managers.length > 0 ? `${bin}:/usr/bin:/bin` : bin }
    const { context } = this.#app
    this.context = {
      ...context,
      host: { ...context.host, platform, homeDir: this.home, uid: 501, env },
    }
  }

  orders(): string[] {
    return readFileSync(join(this.home, 'orders'), 'utf8').trim().split('\n')
  }

  [Symbol.dispose](): void {
    this.#app[Symbol.dispose]()
    this.#folder[Symbol.dispose]()
  }
}

const FLAGS = { port: '8099', json: false }

async function refusalOf(work: Promise<void>): Promise<UserError> {
  const error = await rejectionOf(work)
  if (error instanceof UserError) return error
  throw error
}

test('a unit holds any path as it is', () => {
  const unit = systemdUnit(WISH)
  expect(unit).toContain(
    'ExecStart="/home/me/my tools/100%%/$$x/agent" "proxy" "start" "--foreground" "--port" "8080"\n',
  )
  expect(unit).toContain('Environment="AGENTOPS_HOME=/s\\"t"\n')
  expect(() => systemdUnit({ ...WISH, command: ['/a\nExecStop=/b'] })).toThrow('cannot hold')
})

test('a property list holds any path as it is', () => {
  const text = launchdAgent({ ...WISH, command: ['/a<b>&c'] })
  expect(text).toContain('<string>/a&lt;b&gt;&amp;c</string>')
  expect(text).toContain('<key>AGENTOPS_HOME</key>\n    <string>/s&quot;t</string>')
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

test('on Linux: installed, shown, removed, by the orders that systemd needs', async () => {
  using machine = new Machine('linux', ['systemctl'])
  const file = join(machine.home, '.config/systemd/user/agent-proxy.service')
  await installService(machine.context, FLAGS)
  expect(readFileSync(file, 'utf8')).toContain('"--port" "8099"')
  await showService(machine.context, FLAGS)
  expect(machine.output.answers.at(-1)).toBe(`${file}, running`)
  await uninstallService(machine.context, FLAGS)
  expect(existsSync(file)).toBe(false)
  await showService(machine.context, FLAGS)
  expect(machine.output.answers.at(-1)).toBe('no service is installed')
  expect(machine.orders()).toEqual([
    '--user show-environment',
    '--user daemon-reload',
    '--user enable agent-proxy.service',
    '--user restart agent-proxy.service',
    '--user is-active --quiet agent-proxy.service',
    '--user show-environment',
    '--user disable --now agent-proxy.service',
    '--user daemon-reload',
  ])
})

test('on macOS: installed twice, removed, by the orders that launchd needs', async () => {
  using machine = new Machine('darwin', ['launchctl'])
  const file = join(machine.home, 'Library/LaunchAgents/agent-proxy.plist')
  await installService(machine.context, FLAGS)
  await installService(machine.context, FLAGS)
  await uninstallService(machine.context, FLAGS)
  expect(existsSync(file)).toBe(false)
  expect(machine.orders().filter((order) => !order.startsWith('print'))).toEqual([
    `bootstrap gui/501 ${file}`,
    'bootout gui/501/agent-proxy',
    `bootstrap gui/501 ${file}`,
    'bootout gui/501/agent-proxy',
  ])
})

test('without a service manager nothing is written, and the way to go is said', async () => {
  using machine = new Machine('linux', [])
  const error = await refusalOf(installService(machine.context, FLAGS))
  expect(error.message).toBe('no systemd takes orders from this user, so nothing was written')
  expect(error.fixes[0]).toBe('agent proxy start --port 8099')
  expect(existsSync(join(machine.home, '.config'))).toBe(false)
})

test('a port that needs root is refused with the way to open it', async () => {
  using machine = new Machine('darwin', ['launchctl'])
  const error = await refusalOf(installService(machine.context, { ...FLAGS, port: '1' }))
  expect(error.fixes).toEqual([
    'sudo agent proxy start --port=1',
    'agent proxy service install --port 8080',
  ])
})

test('a file that somebody else wrote stays', async () => {
  using machine = new Machine('linux', ['systemctl'])
  const file = join(machine.home, '.config/systemd/user/agent-proxy.service')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, 'mine')
  for (const change of [
    installService(machine.context, FLAGS),
    uninstallService(machine.context, FLAGS),
  ])
    expect((await refusalOf(change)).message).toContain('was not written by agent')
  expect(readFileSync(file, 'utf8')).toBe('mine')
})
