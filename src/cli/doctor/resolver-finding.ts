import { type Finding, notice, ok } from './finding.ts'

/** A name that no hosts file has, so that what answers for it answers for all. */
export const PROBE_NAME = 'web.agent-doctor.localhost'

/** Whether programs of this machine find `*.localhost`; browsers and curl know it without asking the system. */
export function resolverFinding(options: {
  /** What the system's resolver said of the probe; empty: it knows no such name. */
  addresses: readonly string[]
  /** Host names of the routes that it does not know either. */
  unknownHosts: readonly string[]
  platform: NodeJS.Platform
}): Finding {
  const { addresses, unknownHosts, platform } = options
  const elsewhere = addresses.filter((address) => !isLoopback(address))
  if (elsewhere.length > 0)
    return notice('resolver', `*.localhost leads to ${elsewhere.join(', ')}, not to this machine`, [
      'remove *.localhost from the DNS server that answers so',
    ])
  if (addresses.length > 0) return ok('resolver', '*.localhost is this machine')
  const names = unknownHosts.length === 0 ? '<service>.<agent>.localhost' : unknownHosts.join(' ')
  const hosts = `add to /etc/hosts: 127.0.0.1 ${names}`
  return notice(
    'resolver',
    'the system does not resolve *.localhost; browsers and curl do, other programs do not',
    platform === 'linux'
      ? ['sudo apt-get install libnss-myhostname, or your package of nss-myhostname', hosts]
      : [hosts],
  )
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
