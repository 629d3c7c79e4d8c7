import { isNewer } from './version-order.ts'

/**
 * True for a daemon that a program of this version replaces: an older one, unless its proxy listens where we could not
 * listen again. Then every route would be gone; it stays until `agent proxy stop`. A service manager gives the next one
 * what the older one had.
 */
export function makesWay(
  daemon: { version: string; proxyPort?: number; service?: boolean },
  version: string,
  mayListenOn: (port: number) => boolean,
): boolean {
  if (!isNewer(version, daemon.version)) return false
  return daemon.service === true || daemon.proxyPort === undefined || mayListenOn(daemon.proxyPort)
}
