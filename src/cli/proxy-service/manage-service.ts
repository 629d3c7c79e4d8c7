import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorCode, messageOf, usageError, UserError } from '../../lib/errors.ts'
import type { Host } from '../../platform/host.ts'
import { needsPrivilege } from '../../platform/privileges.ts'
import type { AppContext } from '../app-context.ts'
import { readProxyStatus } from '../control-proxy.ts'
import { loadSettings } from '../load-settings.ts'
import { settingFlags } from '../run-flags.ts'
import { type ServiceManager, serviceManager } from './service-manager.ts'
import { planService } from './plan-service.ts'
import { requireFreePort } from './require-free-port.ts'
import { SERVICE_MARK } from './service-wish.ts'

/** Longest that a service manager may take for one order. */
const ORDER_LIMIT_MS = 30_000

export type InstalledService = { manager: ServiceManager; port: number }

/** Has this user's service manager start the proxy now and at each login. */
export async function installService(
  app: AppContext,
  flags: { port: string | undefined },
): Promise<InstalledService> {
  const { host } = app
  refuseSudo(app)
  const port = loadSettings(app, settingFlags(flags)).proxyPort.value
  if (port === 0)
    throw usageError('a service needs a port of its own', 'agent proxy service install --port 8080')
  if (host.uid !== 0 && needsPrivilege(port)) throw privilegedPort(host, port)
  const manager = serviceManager(host)
  refuseForeign(manager, 'write over it')
  if (!(await succeeds(host, manager.probe))) throw noManager(manager, port)
  await requireFreePort(app, port)
  const text = manager.text(planService(app, port))
  // launchd takes no other description of a service that it has.
  if (manager.name === 'launchd') await stopService(host, manager)
  mkdirSync(dirname(manager.file), { recursive: true })
  writeFileSync(manager.file, text, { mode: 0o644 })
  for (const command of manager.start) await order(host, command)
  return { manager, port }
}

/** Says where the service listens and what was written for it. */
export function announceService(
  app: AppContext,
  { manager, port }: InstalledService,
  flags: { json: boolean },
): void {
  const { file } = manager
  app.output.answer(
    flags.json ? JSON.stringify({ file, port }) : `the proxy is a service on port ${port}: ${file}`,
  )
  if (manager.name === 'systemd' && !flags.json)
    app.output.note('it ends when you log out, unless: loginctl enable-linger')
}

/** Stops the service and removes its file, and nothing else. */
export async function uninstallService(app: AppContext, flags: { json: boolean }): Promise<void> {
  refuseSudo(app)
  const manager = serviceManager(app.host)
  const removed = writtenService(manager) !== undefined
  if (removed) {
    refuseForeign(manager, 'remove it')
    const answers = await succeeds(app.host, manager.probe)
    if (answers) await stopService(app.host, manager)
    rmSync(manager.file, { force: true })
    if (answers) for (const command of manager.forget) await order(app.host, command)
  }
  const { file } = manager
  const text = removed ? `removed ${file}` : 'no service is installed'
  app.output.answer(flags.json ? JSON.stringify({ removed, file }) : text)
}

/** Says what is installed, whether it runs and where it listens. */
export async function showService(app: AppContext, flags: { json: boolean }): Promise<void> {
  const manager = serviceManager(app.host)
  const { file } = manager
  const text = writtenService(manager)
  const installed = text?.includes(SERVICE_MARK) === true
  const running = installed && (await succeeds(app.host, manager.running))
  const proxy = running ? await readProxyStatus(app) : undefined
  const port = proxy?.service === true ? proxy.port : undefined
  if (flags.json) return app.output.answer(JSON.stringify({ installed, running, port, file }))
  if (!installed) return app.output.answer('no service is installed')
  const where = port === undefined ? 'running, not listening' : `running on port ${port}`
  app.output.answer(`${file}, ${running ? where : 'not running'}`)
}

/** systemd also has to forget one that does not run; launchd has only what runs. */
async function stopService(host: Host, manager: ServiceManager): Promise<void> {
  if (manager.name === 'launchd' && !(await succeeds(host, manager.running))) return
  for (const command of manager.stop) await order(host, command)
}

function writtenService({ file }: ServiceManager): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
    throw new UserError(`${file} cannot be read`, { fix: `ls -l ${file}`, cause: error })
  }
}

/** A file of that name that somebody else wrote stays. */
function refuseForeign(manager: ServiceManager, deed: string): void {
  const text = writtenService(manager)
  if (text === undefined || text.includes(SERVICE_MARK)) return
  throw new UserError(`${manager.file} was not written by agent, which does not ${deed}`, {
    fix: `mv ${manager.file} ${manager.file}.old`,
  })
}

function refuseSudo(app: AppContext): void {
  if (app.sudoCaller() !== undefined)
    throw usageError('the service is of one user, and needs no sudo', 'agent proxy service install')
}

function privilegedPort({ platform }: Host, port: number): UserError {
  const fix =
    platform === 'linux'
      ? [
          `echo net.ipv4.ip_unprivileged_port_start=${port} | sudo tee /etc/sysctl.d/50-agent-proxy.conf && sudo sysctl -p /etc/sysctl.d/50-agent-proxy.conf`,
          'agent proxy service install --port 8080',
        ]
      : [`sudo agent proxy start --port=${port}`, 'agent proxy service install --port 8080']
  return usageError(`port ${port} needs privileges that a service of a user does not have`, fix)
}

function noManager({ name }: ServiceManager, port: number): UserError {
  return new UserError(`no ${name} takes orders from this user, so nothing was written`, {
    fix: [
      `agent proxy start --port ${port}`,
      'put that line where your session starts, such as ~/.profile',
    ],
  })
}

async function succeeds(host: Host, command: readonly string[]): Promise<boolean> {
  try {
    await order(host, command)
    return true
  } catch {
    return false
  }
}

/** Throws `UserError` with what the program said. */
function order(host: Host, [program = '', ...parameters]: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { env: host.env, timeout: ORDER_LIMIT_MS }
    execFile(program, parameters, options, (cause, _stdout, stderr) => {
      if (cause === null) return resolve()
      const said = stderr.trim().split('\n').at(-1) ?? ''
      const command = [program, ...parameters].join(' ')
      const what = `${command} failed: ${said === '' ? messageOf(cause) : said}`
      reject(new UserError(what, { fix: [command, 'agent proxy service uninstall'], cause }))
    })
  })
}
