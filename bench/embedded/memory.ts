import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { childrenOf } from '../../src/platform/child-processes.ts'

/** What a group of processes has in memory, in MB. `pss` shares what several map among them (proc_pid_smaps(5)). */
export type Memory = { rss: number; pss: number }

export function memoryOf(pids: readonly number[]): Memory {
  const sum = { rss: 0, pss: 0 }
  for (const pid of pids) {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    sum.rss += kilobytes(rollup, 'Rss') / 1000
    sum.pss += kilobytes(rollup, 'Pss') / 1000
  }
  return sum
}

function kilobytes(rollup: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0)
}

/** A process and all that descend from it. */
export function family(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(family)]
}

/** The outermost processes of the embedded containers in a state folder, one for each. */
export function embeddedOwners(stateDir: string): number[] {
  const root = join(stateDir, 'embedded')
  if (!existsSync(root)) return []
  return readdirSync(root)
    .filter((name) => /^[0-9a-f]{16}$/.test(name))
    .toSorted()
    .map((name) => {
      const owner = readFileSync(join(root, name, 'owner.json'), 'utf8')
      return Number(/"pid":(\d+)/.exec(owner)?.[1])
    })
}

/**
 * The processes of a Docker container: its first process's family, the shim above it, and the proxies of its
 * published ports, which name its address.
 */
export function dockerProcesses(first: number, address: string): number[] {
  const proxies = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isProxyOf(name, address))
    .map(Number)
  return [parentOf(first), ...family(first), ...proxies]
}

function isProxyOf(pid: string, address: string): boolean {
  const words = commandLine(pid)
  return words[0]?.endsWith('docker-proxy') === true && words.includes(address)
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    // It has ended meanwhile.
    return []
  }
}

function parentOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1])
}
