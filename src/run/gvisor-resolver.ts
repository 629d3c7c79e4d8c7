import { isIP } from 'node:net'

/**
 * Where this machine writes its name servers: resolv.conf(5), and the file of systemd-resolved that has those behind
 * its own 127.0.0.53.
 */
export const RESOLVER_FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'] as const

/**
 * The resolv.conf of a container in gVisor: the first of these texts that names a server beyond this machine's loopback,
 * without the others. Undefined when none does. The engine's own server, 127.0.0.11 on every network but the default
 * one, is not to be had there: it answers by rules of a network stack that gVisor does not use (google/gvisor#7469).
 */
export function gvisorResolver(texts: readonly string[]): string | undefined {
  const candidates = texts.map((text) => text.split('\n').filter(isOfUse))
  const lines = candidates.find((each) => each.some((line) => serverIn(line) !== undefined))
  return lines === undefined ? undefined : `${lines.join('\n')}\n`
}

function isOfUse(line: string): boolean {
  if (/^\s*nameserver\s/.test(line)) {
    const server = serverIn(line)
    return server !== undefined && !/^(?:127\.|::1$)/.test(server)
  }
  return /^\s*(?:search|domain|options)\s/.test(line)
}

/** The address in a `nameserver` line of resolv.conf(5). */
export function serverIn(line: string): string | undefined {
  const [, server = ''] = /^\s*nameserver\s+([^\s%]+)\s*$/.exec(line) ?? []
  return isIP(server) === 0 ? undefined : server
}
