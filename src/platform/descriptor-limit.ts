import { readFileSync } from 'node:fs'

/**
 * How many files this process may have open: RLIMIT_NOFILE, from proc_pid_limits(5). Bun raises it to the hard limit when it
 * starts. Undefined where it is unlimited or cannot be told (macOS).
 */
export function descriptorLimit(): number | undefined {
  try {
    const digits = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
    return digits === undefined ? undefined : Number(digits)
  } catch {
    return undefined
  }
}
