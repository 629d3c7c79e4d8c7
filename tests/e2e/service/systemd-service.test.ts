import { afterAll, beforeAll, expect } from 'bun:test'
import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileBinary } from '../../../scripts/compile-binary.ts'
import { compileTwoBuilds } from '../../fault/upgrade/two-builds.ts'
import { engineTest } from '../../engine/test-engine.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { until } from '../support/agent-home.ts'
import { SystemdMachine } from './systemd-machine.ts'

const LIMIT_MS = 60_000
/** With the schema of the next one. */
const OLDEST = 'agent-0.9.0'
const OLDER = 'agent-1.0.0'
const NEWER = 'agent-1.1.0'
const FILE = '/home/me/.config/systemd/user/agent-proxy.service'

const projectDir = join(import.meta.dirname, '../../..')
const INSTALL_PAGE = readFileSync(join(projectDir, 'docs', 'install.md'), 'utf8')

const folder = temporaryFolder()
beforeAll(async () => {
  if (process.env['AGENT_TEST_DOCKER_HOST'] === undefined) return
  chmodSync(folder.path, 0o755)
  await compileTwoBuilds(folder.path)
  await compileBinary({
    entry: join(projectDir, 'src', 'main.ts'),
    outfile: join(folder.path, OLDEST),
    constants: { version: '0.9.0', faults: false },
  })
}, LIMIT_MS)
afterAll(() => folder[Symbol.dispose]())

async function machineWith(build: string, firstPort = 1024): Promise<SystemdMachine> {
  const machine = await SystemdMachine.boot({ builds: folder.path, firstPort })
  await machine.install(build)
  return machine
}

/** Waits until the route is served by the unit's own process, and returns that. */
async function served(machine: SystemdMachine, port: number): Promise<string> {
  const host = port === 80 ? 'web.app.localhost' : `web.app.localhost:${port}`
  await until(
    'the service answers by name',
    async () => (await machine.ask(host, port)) === 'hello',
  )
  const { MainPID = '' } = await machine.unit()
  expect(await machine.asUser('agent proxy status')).toContain(`process      ${MainPID}, up`)
  return MainPID
}

engineTest(
  'a service comes back after its death and after a reboot, stays stopped when told to, and leaves nothing',
  async () => {
    await using machine = await machineWith(OLDER)
    const before = await machine.asUser('find .config .agentops 2> /dev/null | sort || true')
    expect(before).toBe('')
    expect(await machine.asUser('agent proxy service install 2> /dev/null')).toBe(
      `the proxy is a service on port 8080: ${FILE}`,
    )
    await machine.asUser('agent route add web.app 9000')
    const first = await served(machine, 8080)
    expect(await machine.asUser('agent proxy service status')).toBe(`${FILE}, running on port 8080`)

    await machine.asRoot(`kill -KILL ${first}`)
    const second = await served(machine, 8080)
    expect(second).not.toBe(first)

    await machine.asUser('agent proxy restart')
    expect(await served(machine, 8080)).toBe(second)

    expect(await machine.asUser('agent proxy stop 2>&1')).toBe(
      'proxy stopped\nit is a service, and listens again after the next login or boot',
    )
    expect(await machine.asUser('agent proxy service status')).toBe(
      `${FILE}, running, not listening`,
    )
    await machine.asUser('agent proxy start')
    expect(await served(machine, 8080)).toBe(second)

    await machine.asUser('systemctl --user stop agent-proxy')
    expect(await machine.unit()).toMatchObject({ ActiveState: 'inactive', ExecMainStatus: '0' })

    await machine.logOut()
    expect(await machine.ask('web.app.localhost:8080', 8080)).toBe('')
    await machine.logIn()
    await served(machine, 8080)

    await machine.asUser('agent proxy service uninstall')
    await machine.asUser('agent route remove web.app')
    expect(await machine.unit()).toMatchObject({ ActiveState: 'inactive', UnitFileState: '' })
    expect(await machine.asUser('find .config -type f -o -type l; pgrep agent || true')).toBe('')
  },
  LIMIT_MS,
)

engineTest(
  'after an upgrade the service is the newer program, and the only background process',
  async () => {
    await using machine = await machineWith(OLDER)
    await machine.asUser('agent proxy service install')
    await machine.asUser('agent route add web.app 9000')
    const older = await served(machine, 8080)
    await machine.install(NEWER)
    expect(await machine.asUser('agent proxy start')).toBe(
      'proxy listening on http://localhost:8080',
    )
    const newer = await served(machine, 8080)
    expect(newer).not.toBe(older)
    expect(await machine.asUser('pgrep --exact agent')).toBe(newer)
    expect(await machine.asUser('agent proxy status')).toContain('version 1.1.0')
    expect(await machine.unit()).toMatchObject({ ActiveState: 'active', NRestarts: '1' })
  },
  LIMIT_MS,
)

engineTest(
  'a service of an older program leaves the newer one alone, and says so',
  async () => {
    await using machine = await machineWith(OLDER)
    await machine.asUser(`cp /builds/${OLDEST} agent && ./agent proxy service install`)
    await machine.asUser('agent proxy start')
    const words = 'the service is of agent 0.9.0, and 1.0.0 runs in the background already'
    await until('the service says why it ends', async () =>
      (await machine.asUser('cat .agentops/daemon.log')).includes(words),
    )
    expect(await machine.asUser('agent proxy status')).toContain('version 1.0.0')
    await machine.asUser('agent proxy service install')
    expect(await machine.asUser('agent proxy status')).toContain('as a service')
  },
  LIMIT_MS,
)

engineTest(
  'port 80 is refused with the documented line that opens it, and is served after that line',
  async () => {
    await using machine = await machineWith(OLDER)
    const refusal = await machine.refusal('agent proxy service install --port 80')
    const recipe = /fix: (echo .* sudo sysctl .*)/.exec(refusal)?.[1] ?? ''
    expect(INSTALL_PAGE).toContain(`${recipe}\n   agent proxy service install --port 80\n`)
    await machine.asUser(recipe)
    await machine.asUser('agent proxy service install --port 80')
    await machine.asUser('agent route add web.app 9000')
    await served(machine, 80)
    expect(await machine.asUser('agent route list')).toContain('http://web.app.localhost ')
  },
  LIMIT_MS,
)

/** The files and the orders of the documents for a port that systemd opens. */
function socketUnits(): string {
  const files = [...INSTALL_PAGE.matchAll(/```ini\n *# (\S+)\n([^`]*)```/g)].map(
    ([, path = '', body = '']) => `cat > ${path} <<'END'\n${body.replaceAll(/^ +/gm, '')}END\n`,
  )
  const order = /^ *sudo (systemctl enable .*)$/m.exec(INSTALL_PAGE)?.[1] ?? ''
  return [...files, order].join('')
}

engineTest(
  'systemd opens port 80 and hands it over, also to the newer program after an upgrade',
  async () => {
    await using machine = await machineWith(OLDER)
    await machine.asUser('mkdir -p .local/bin && ln -s /usr/local/bin/agent .local/bin/agent')
    await machine.asRoot(socketUnits())
    await machine.asUser('agent route add web.app 9000')
    const asked = () => machine.ask('web.app.localhost', 80)
    expect(await asked()).toBe('hello')
    const status = await machine.asUser('agent proxy status')
    expect(status).toContain('http://localhost\naddresses    127.0.0.1, ::1\n')
    expect(status).toContain('as a service')
    const pid = await machine.asRoot('systemctl show agent-proxy --property MainPID --value')
    expect(status).toContain(`${pid}, up`)
    expect(await machine.asRoot(`stat --format %U /proc/${pid}`)).toBe('me')

    await machine.install(NEWER)
    expect(await machine.asUser('agent proxy start')).toBe('proxy listening on http://localhost')
    expect(await asked()).toBe('hello')
    expect(await machine.asUser('agent proxy status')).toContain('version 1.1.0')

    await machine.asRoot(`kill -KILL $(systemctl show agent-proxy --property MainPID --value)`)
    // Who asks meanwhile waits for the next one.
    expect(await asked()).toBe('hello')
  },
  LIMIT_MS,
)

engineTest(
  'a service that could not listen is not installed',
  async () => {
    await using machine = await machineWith(OLDER)
    const refusal = await machine.refusal('agent proxy service install --port 9000')
    expect(refusal).toContain('port 9000 is in use')
    expect(await machine.asUser('agent proxy service status')).toBe('no service is installed')
  },
  LIMIT_MS,
)
