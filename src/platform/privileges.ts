import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { UserError } from '../lib/errors.ts'
import type { Environment, Host } from './host.ts'
import { initGroups } from './init-groups.ts'

/** The user who typed `sudo`. */
export type SudoCaller = { uid: number; gid: number; user: string; homeDir: string }

/**
 * Who typed `sudo` in front of this command line (`args`: our own words); undefined when nobody did, or when
 * that is root as well. What is typed in a root shell (`sudo -i`) is root's own business.
 */
export function sudoCaller(host: Host, args: readonly string[]): SudoCaller | undefined {
  if (host.uid !== 0) return undefined
  const command = host.env['SUDO_COMMAND']
  if (command?.endsWith(['', ...args].join(' ')) !== true) return undefined
  const uid = decodeId(host.env, 'SUDO_UID')
  const gid = decodeId(host.env, 'SUDO_GID')
  if (uid === undefined || gid === undefined || uid === 0) return undefined
  // The account data base is the authority: sudo may have kept or replaced HOME.
  const account = accountOf(uid)
  if (account === undefined)
    throw new UserError(`SUDO_UID ${uid} is no user of this machine`, {
      fix: 'run sudo from your own account',
    })
  return { uid, gid, user: account.user, homeDir: account.homeDir }
}

/**
 * Becomes `caller` for good, in every thread: supplementary groups, then group, then user (the reverse
 * order would lose the right to change the rest). The environment is changed to match.
 */
export function becomeCaller(caller: SudoCaller): void {
  initGroups(caller.user, caller.gid)
  process.setgid?.(caller.gid)
  process.setuid?.(caller.uid)
  process.env['HOME'] = caller.homeDir
  process.env['USER'] = caller.user
  process.env['LOGNAME'] = caller.user
  if (userInfo().uid !== caller.uid) throw new Error('privileges were not dropped')
}

const FIRST_UNPRIVILEGED_PORT = '/proc/sys/net/ipv4/ip_unprivileged_port_start'

/** True for a port that only root may listen on here. 0, any free port, is none. */
export function needsPrivilege(port: number): boolean {
  if (port === 0) return false
  try {
    return port < Number(readFileSync(FIRST_UNPRIVILEGED_PORT, 'utf8'))
  } catch {
    return port < 1024
  }
}

/** False for a port that this process lacks the right to listen on. */
export function mayListenOn(port: number): boolean {
  return process.getuid?.() === 0 || !needsPrivilege(port)
}

function decodeId(env: Environment, name: string): number | undefined {
  const text = env[name]
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined
  return Number(text)
}

/** Asks the system's account data base, which may be more than /etc/passwd. */
function accountOf(uid: number): { user: string; homeDir: string } | undefined {
  const [program, parameters, homeField] =
    process.platform === 'darwin'
      ? (['/usr/bin/id', ['-P', String(uid)], 8] as const)
      : (['getent', ['passwd', String(uid)], 5] as const)
  try {
    const line = execFileSync(program, parameters, { encoding: 'utf8', timeout: 5000 })
    const fields = line.trim().split(':')
    const [user] = fields
    const homeDir = fields[homeField]
    return user === undefined || homeDir === undefined ? undefined : { user, homeDir }
  } catch {
    return undefined
  }
}
