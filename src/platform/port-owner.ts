import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A process that listens on a port. */
export type PortOwner = { pid: number; command: string }

const LISTENING = '0A'

/**
 * Who listens on this TCP port, as far as this user may see (Linux only): the socket's inode from
 * /proc/net/tcp, then the process that has it open.
 */
export function portOwner(port: number): PortOwner | undefined {
  const inodes = listeningInodes(port)
  if (inodes.size === 0) return undefined
  for (const entry of list('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const holds = list(`/proc/${entry}/fd`).some((fd) => {
      const target = link(`/proc/${entry}/fd/${fd}`)
      return target?.startsWith('socket:[') === true && inodes.has(target.slice(8, -1))
    })
    if (!holds) continue
    const command = read(`/proc/${entry}/comm`)?.trim()
    return { pid: Number(entry), command: command ?? 'unknown' }
  }
  return undefined
}

function listeningInodes(port: number): Set<string> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6'])
    for (const line of (read(table) ?? '').split('\n')) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      if (local?.endsWith(`:${hexPort}`) === true && state === LISTENING && inode !== undefined)
        inodes.add(inode)
    }
  return inodes
}

function list(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
