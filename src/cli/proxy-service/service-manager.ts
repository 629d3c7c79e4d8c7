import { isAbsolute, join } from 'node:path'
import { usageError } from '../../lib/errors.ts'
import type { Host } from '../../platform/host.ts'
import { LAUNCHD_LABEL, launchdAgent } from './launchd-agent.ts'
import type { ServiceWish } from './service-wish.ts'
import { systemdUnit } from './systemd-unit.ts'

type Command = readonly [program: string, ...parameters: string[]]

/** What starts programs for a user of this machine, and how it is told to. */
export type ServiceManager = {
  name: 'systemd' | 'launchd'
  /** Where the service's file belongs. */
  file: string
  text: (wish: ServiceWish) => string
  /** Succeeds when the manager takes orders from this user. */
  probe: Command
  /** After the file was written. */
  start: readonly Command[]
  /** Before the file is removed. */
  stop: readonly Command[]
  /** After the file was removed. */
  forget: readonly Command[]
  /** Succeeds while the service runs. */
  running: Command
}

const UNIT = 'agent-proxy.service'

/** The manager of this operating system, whether it is there or not. */
export function serviceManager(host: Host): ServiceManager {
  if (host.platform === 'linux') return systemd(host)
  if (host.platform === 'darwin') return launchd(host)
  throw usageError(`services of ${host.platform} are not known`, 'agent proxy start')
}

function systemd({ env, homeDir }: Host): ServiceManager {
  const asked = env['XDG_CONFIG_HOME'] ?? ''
  const config = isAbsolute(asked) ? asked : join(homeDir, '.config')
  const reload: Command = ['systemctl', '--user', 'daemon-reload']
  return {
    name: 'systemd',
    file: join(config, 'systemd', 'user', UNIT),
    text: systemdUnit,
    probe: ['systemctl', '--user', 'show-environment'],
    start: [
      reload,
      ['systemctl', '--user', 'enable', UNIT],
      // Not --now: one that runs already is to take what was written.
      ['systemctl', '--user', 'restart', UNIT],
    ],
    stop: [['systemctl', '--user', 'disable', '--now', UNIT]],
    forget: [reload],
    running: ['systemctl', '--user', 'is-active', '--quiet', UNIT],
  }
}

function launchd({ homeDir, uid }: Host): ServiceManager {
  const domain = `gui/${uid}`
  const file = join(homeDir, 'Library', 'LaunchAgents', `${LAUNCHD_LABEL}.plist`)
  return {
    name: 'launchd',
    file,
    text: launchdAgent,
    probe: ['launchctl', 'print', domain],
    start: [['launchctl', 'bootstrap', domain, file]],
    stop: [['launchctl', 'bootout', `${domain}/${LAUNCHD_LABEL}`]],
    forget: [],
    running: ['launchctl', 'print', `${domain}/${LAUNCHD_LABEL}`],
  }
}
