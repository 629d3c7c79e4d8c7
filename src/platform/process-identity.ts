import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { errorCode } from '../lib/errors.ts'

/** Names one process for ever: a pid alone is reused, a pid with start time and boot is not. */
export type ProcessIdentity = {
  pid: number
  /** Start time as the system gives it; only compared for equality. */
  start: string
  /** Id of this boot of the machine. */
  bootId: string
}

/** Which processes live; a fake of it stands in for the process table in tests. */
export interface ProcessTable {
  /** This process. */
  readonly self: ProcessIdentity
  /** True while exactly that process lives, whoever owns it. One that only waits to be taken away is dead. */
  isAlive(identity: ProcessIdentity): boolean
}

/** The real process table: `/proc` on Linux, `ps` and `sysctl` elsewhere. */
export function systemProcessTable(platform: NodeJS.Platform = process.platform): ProcessTable {
  const system = platform === 'linux' ? linuxProcesses() : posixProcesses()
  let self: ProcessIdentity | undefined
  return {
    get self() {
      self ??= {
        pid: process.pid,
        start: system.startOf(process.pid) ?? 'unknown',
        bootId: system.bootId(),
      }
      return self
    },
    isAlive(identity) {
      if (identity.bootId !== system.bootId()) return false
      if (!pidExists(identity.pid)) return false
      const start = system.startOf(identity.pid)
      return start !== undefined && start === identity.start
    },
  }
}

/** The identity of a process that lives now; undefined when it does not. */
export function identityOfProcess(pid: number): ProcessIdentity | undefined {
  const system = process.platform === 'linux' ? linuxProcesses() : posixProcesses()
  const start = system.startOf(pid)
  return start === undefined ? undefined : { pid, start, bootId: system.bootId() }
}

type SystemProcesses = {
  /** Undefined for a pid that is free, or whose process is over. */
  startOf(pid: number): string | undefined
  bootId(): string
}

/** A flag of proc_pid_stat(5), of a process that the kernel is taking away: none of its code runs any more. */
const PF_EXITING = 0x4

function linuxProcesses(): SystemProcesses {
  let boot: string | undefined
  return {
    startOf(pid) {
      const stat = readOrUndefined(`/proc/${pid}/stat`)
      if (stat === undefined) return undefined
      // The second field is the program's name in parentheses and may hold anything, so count from its end.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const isDying = (Number(fields[6]) & PF_EXITING) !== 0
      return fields[0] === 'Z' || isDying ? undefined : fields[19]
    },
    bootId() {
      boot ??= readOrUndefined('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown'
      return boot
    },
  }
}

function posixProcesses(): SystemProcesses {
  let boot: string | undefined
  return {
    startOf(pid) {
      const line = runOrUndefined('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)])?.trim()
      if (line === undefined || line === '' || line.startsWith('Z')) return undefined
      return line.replace(/^\S+\s+/, '')
    },
    bootId() {
      // Not kern.boottime, which moves whenever the clock is set.
      boot ??=
        runOrUndefined('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'])?.trim() ?? 'unknown'
      return boot
    },
  }
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return errorCode(error) === 'EPERM'
  }
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** In one time zone and language, whatever the caller's: answers are compared with other processes'. */
function runOrUndefined(program: string, parameters: string[]): string | undefined {
  try {
    return execFileSync(program, parameters, {
      encoding: 'utf8',
      env: { LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 2000,
    })
  } catch {
    return undefined
  }
}
