import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Secrets, wherever they exist; what only root can read is found by looking. */
const ALWAYS = [
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/ssh',
  '/etc/ssl/private',
  '/etc/sudoers',
  '/etc/sudoers.d',
  '/etc/NetworkManager/system-connections',
  '/etc/wireguard',
  '/etc/kubernetes',
]

const OTHERS_READ = 0o004
const OTHERS_ENTER = 0o005

/**
 * What of /etc is shown empty inside. Root of the host is the owner of its files there too and could read
 * what nobody else can, so for root everything that not every user of the machine may read is hidden.
 */
export function maskedPlaces(hostUid: number): string[] {
  const known = ALWAYS.filter((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined)
  const secret = hostUid === 0 ? secretsBelow('/etc') : []
  return [...new Set([...known, ...secret])].sort()
}

function secretsBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined || stat.isSymbolicLink()) return []
    if (stat.isDirectory())
      return (stat.mode & OTHERS_ENTER) === OTHERS_ENTER ? secretsBelow(path) : [path]
    return (stat.mode & OTHERS_READ) === 0 || stat.isSocket() ? [path] : []
  })
}
