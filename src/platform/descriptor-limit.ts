import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * How many descriptors this process may have open; Infinity when nothing limits it. Bun raises the soft limit as far as
 * the hard one lets it (to 2^20 at most) before our first line; this is what came of that. getrlimit(2)
 */
export function descriptorLimit(): number {
  const limit =
    process.platform === 'linux'
      ? /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
      : execFileSync('/bin/sh', ['-c', 'ulimit -S -n'], { encoding: 'utf8' }).trim()
  const number = Number(limit)
  return Number.isInteger(number) ? number : Infinity
}
