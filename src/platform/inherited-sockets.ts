import { readFileSync, readlinkSync } from 'node:fs'
import { UserError } from '../lib/errors.ts'
import type { Environment } from './host.ts'

/** A listening TCP socket that this process was started with. */
export type InheritedSocket = { fd: number; address: string; port: number }

/** The first of them (SD_LISTEN_FDS_START). */
const FIRST_FD = 3
const LISTENING = '0A'
const ADDRESSES: Readonly<Record<string, string>> = {
  '0100007F': '127.0.0.1',
  '00000000000000000000000001000000': '::1',
}

/**
 * The sockets of a socket unit of systemd, meant for this very process (sd_listen_fds(3)); none outside one. Throws
 * `UserError` for one that does not listen on 127.0.0.1 or ::1, where other machines could reach it.
 */
export function inheritedSockets(env: Environment): readonly InheritedSocket[] {
  if (env['LISTEN_PID'] !== String(process.pid)) return []
  const count = Number(env['LISTEN_FDS'])
  if (!Number.isInteger(count) || count < 1 || count > 16) return []
  const places = loopbackPlaces()
  return Array.from({ length: count }, (_, index) => {
    const fd = FIRST_FD + index
    const place = places.get(readlinkSync(`/proc/self/fd/${fd}`))
    if (place !== undefined) return { fd, ...place }
    throw new UserError(`socket ${fd} of the socket unit does not listen on a loopback address`, {
      fix: 'write ListenStream=127.0.0.1:80 and ListenStream=[::1]:80 into the socket unit',
    })
  })
}

/** What listens on loopback, by the name that a descriptor links to (proc(5), /proc/net/tcp). */
function loopbackPlaces(): ReadonlyMap<string, { address: string; port: number }> {
  const places = new Map<string, { address: string; port: number }>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6'])
    for (const line of readFileSync(table, 'utf8').split('\n')) {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
      const [hex = '', port = ''] = local.split(':')
      const address = ADDRESSES[hex]
      if (address === undefined || state !== LISTENING || inode === undefined) continue
      places.set(`socket:[${inode}]`, { address, port: Number.parseInt(port, 16) })
    }
  return places
}
